package dev.orrery.benchmarks.report;

import dev.orrery.benchmarks.statistics.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A report as a page. Pure. */
public final class MarkdownReport {
    /** Which sides of a row are divided. */
    private record Division(Contender dividend, Contender divisor) {}

    private static final List<Division> DIVISIONS = List.of(
            new Division(Contender.SHARED_MEMORY, Contender.BARE_RING),
            new Division(Contender.TCP, Contender.BARE_SOCKETS),
            new Division(Contender.SHARED_MEMORY, Contender.GLOO),
            new Division(Contender.TCP, Contender.GLOO),
            new Division(Contender.SHARED_MEMORY, Contender.MULTIWORLD),
            new Division(Contender.SUM, Contender.COPY));

    private final BenchReport report;
    private final StringBuilder page = new StringBuilder();

    public MarkdownReport(BenchReport report) {
        this.report = report;
    }

    public String page() {
        line("# Performance");
        line("");
        line(
                "Made by `benchmarks/report.sh` from the reports of `bin/orrery bench`, and `benchmarks/notes.md`: do not edit.");
        line("");
        machine();
        peers();
        targets();
        Arrays.stream(Topic.values()).forEach(this::rows);
        pairs();
        failures();
        return page.toString();
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private void table(List<String> head, List<List<String>> body) {
        line("");
        line(cells(head));
        line(head.stream().map(it -> "---").collect(Collectors.joining("|", "|", "|")));
        body.forEach(row -> line(cells(row)));
    }

    private static String cells(List<String> values) {
        return values.stream()
                .map(value -> value.replace("|", "\\|").replace("\n", " "))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private void heading(String text) {
        line("");
        line("## " + text);
    }

    private void machine() {
        line("%s, %d cores, %s; Linux %s; %s. Load before the run: %s."
                .formatted(
                        report.machine().cpu(),
                        report.machine().cores(),
                        report.machine().memory(),
                        report.machine().kernel(),
                        report.machine().jdk(),
                        report.machine().load()));
        line(
                "Measured on %s in %d s%s; rings of %s with chunks of %s. Figures are medians; what stands in one row was"
                                .formatted(
                                        report.date(),
                                        report.seconds(),
                                        report.quick() ? " (a quick run)" : "",
                                        Sizes.of(report.ringBytes()),
                                        Sizes.of(report.chunkBytes()))
                        + " measured in turn within seconds, so trust the ratios: each is the median of the ratios turn by turn.");
        line("\"Cores\" is a cache line's round trip between two cores at that time; it changes shared memory most.");
    }

    private void peers() {
        if (report.peers().isEmpty()) {
            return;
        }
        heading("Compared with");
        line("");
        report.peers()
                .forEach((name, state) -> line("- " + name + ": "
                        + (state.error().isEmpty() ? state.version() : "could not be run: " + state.error())));
    }

    private void targets() {
        long met = report.targets().stream().filter(Target::met).count();
        heading("Targets (%d of %d met)".formatted(met, report.targets().size()));
        table(
                List.of("", "value", "target", "met"),
                report.targets().stream()
                        .map(target -> List.of(
                                target.name(),
                                Labels.significant(target.value()),
                                (target.comparison().equals(">=") ? "≥ " : "≤ ") + Labels.significant(target.target()),
                                target.met() ? "yes" : "**no**"))
                        .toList());
    }

    private void rows(Topic topic) {
        List<Row> rows = report.rows().stream()
                .filter(row -> row.subject().topic() == topic)
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        List<Contender> contenders = Arrays.stream(Contender.values())
                .filter(it -> rows.stream().anyMatch(row -> row.median(it).isPresent()))
                .toList();
        List<Division> divisions = DIVISIONS.stream()
                .filter(it -> contenders.contains(it.dividend()) && contenders.contains(it.divisor()))
                .toList();
        List<String> head = new ArrayList<>(List.of("", "cores"));
        contenders.forEach(it -> head.add(it.label()));
        divisions.forEach(
                it -> head.add(it.dividend().label() + " ÷ " + it.divisor().label()));
        heading(topic.title());
        table(head, rows.stream().map(row -> row(row, contenders, divisions)).toList());
    }

    private static List<String> row(Row row, List<Contender> contenders, List<Division> divisions) {
        Topic topic = row.subject().topic();
        List<String> cells = new ArrayList<>();
        cells.add(Labels.row(row.subject()));
        cells.add(cores(row.coreRoundTripNanos()));
        for (Contender contender : contenders) {
            cells.add(
                    row.median(contender).isPresent()
                            ? Labels.value(topic, row.median(contender).getAsDouble())
                            : "");
        }
        for (Division division : divisions) {
            cells.add(row.ratio(division.dividend(), division.divisor())
                    .map(Labels::significant)
                    .orElse(""));
        }
        return cells;
    }

    private static String cores(List<Double> nanos) {
        return nanos.isEmpty() ? "" : Labels.significant(Statistics.median(nanos)) + " ns";
    }

    private void pairs() {
        if (report.pairs().isEmpty()) {
            return;
        }
        heading("Worlds beside worlds");
        line("");
        line("Each value is divided by its partner of the same pair; the interval is of the median ratio, 95 %. "
                + "Pairs during which the cores moved apart or together are left out.");
        table(
                List.of("", "transport", "cores", "pairs", "median ratio", "interval"),
                report.pairs().stream()
                        .map(pair -> List.of(
                                pair.first().contender().label() + " ÷ "
                                        + pair.second().contender().label() + ", " + Labels.row(pair.subject()),
                                pair.transport().label(),
                                cores(pair.coreRoundTripNanos()),
                                pair.first().runs().size() + " (" + pair.leftOut() + " left out)",
                                Labels.significant(pair.medianRatio()),
                                Labels.significant(pair.interval().lower()) + " to "
                                        + Labels.significant(pair.interval().upper())))
                        .toList());
    }

    private void failures() {
        if (report.failures().isEmpty()) {
            return;
        }
        heading("Could not be measured");
        line("");
        report.failures().forEach(failure -> line("- " + failure));
    }
}
