package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.check.CounterCheck;
import dev.orrery.examples.chaos.check.EpochCheck;
import dev.orrery.examples.chaos.check.RequestCheck;
import dev.orrery.examples.chaos.check.Violation;
import dev.orrery.examples.chaos.history.HistoryReader;
import dev.orrery.examples.chaos.history.Operation;
import dev.orrery.examples.chaos.load.ChaosPipelines;
import dev.orrery.examples.chaos.load.DriverMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the histories of the drivers and the logs of the heads say. */
final class Findings {
    /** What a head writes when it has taken over. */
    private static final Pattern LEADS = Pattern.compile("^(\\S+) .*\\bleading epoch (\\d+):.*");

    private final RequestCheck requests = new RequestCheck(DriverMain.SLACK.toNanos(), ChaosPipelines::answer);
    private final CounterCheck counters;
    private final EpochCheck epochs = new EpochCheck();
    private final Answers answers = new Answers();

    /** @param exclusive the counters that are exclusive actors */
    Findings(Set<String> exclusive) {
        this.counters = new CounterCheck(exclusive);
    }

    void readHistory(Path file, String client) throws IOException {
        HistoryReader.read(file, client, this::accept);
        answers.sort();
    }

    private void accept(Operation operation) {
        requests.accept(operation);
        counters.accept(operation);
        answers.accept(operation);
    }

    /** Of all lives of that head. */
    void readLog(Path file, String head) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines.map(LEADS::matcher)
                    .filter(Matcher::matches)
                    .forEach(line -> epochs.leads(head, Long.parseLong(line.group(2)), line.group(1)));
        }
    }

    /** After the logs were read. */
    void seen(Map<Long, String> leaders, long nanos) {
        leaders.forEach((epoch, head) -> epochs.seen(head, epoch, nanos));
    }

    Map<String, Long> outcomes() {
        return requests.outcomes();
    }

    int lives() {
        return counters.lives();
    }

    int epochs() {
        return epochs.epochs();
    }

    Answers answers() {
        return answers;
    }

    List<Violation> violations() {
        List<Violation> all = new ArrayList<>(requests.violations());
        all.addAll(counters.violations());
        all.addAll(epochs.violations());
        return all;
    }
}
