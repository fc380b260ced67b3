package dev.orrery.examples.chaos.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run did, and whether all held. Times are seconds since its start, durations milliseconds.
 *
 * @param network what the hosts were: namespaces, or loopback and why
 * @param load of the machine, with whatever else runs there
 * @param operations how many ended how
 * @param kinds figures per kind of fault
 * @param ends processes that ended although nobody ended them; they were started again
 */
public record ChaosReport(
        long seed,
        int minutes,
        String network,
        Load load,
        Map<String, Long> operations,
        int lives,
        int epochs,
        int worlds,
        Map<String, Kind> kinds,
        List<Played> faults,
        List<String> ends,
        @JsonProperty("recovered_ms") Double recoveredMs,
        List<Broken> violations) {

    /** The machine's load average over a minute: how many processes ran or waited for a processor. */
    public record Load(double begin, double end) {}

    /**
     * @param recoveryMs from the fault's beginning to the first moment after it was undone at which all was as it is to be
     * @param gapMs the longest time without an answer of one pipeline until then
     */
    public record Kind(
            int done,
            int skipped,
            @JsonProperty("recovery_median_ms") double recoveryMedianMs,
            @JsonProperty("recovery_worst_ms") double recoveryMs,
            @JsonProperty("gap_worst_ms") double gapMs) {}

    /** @param skipped why it was not done; such a fault has no figures */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Played(
            String fault,
            double at,
            @JsonProperty("lasts_ms") long lastsMs,
            @JsonProperty("recovery_ms") Double recoveryMs,
            @JsonProperty("gap_ms") Double gapMs,
            String skipped) {}

    /** @param around what happened then */
    public record Broken(String rule, String what, double from, double to, List<String> around) {}

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    void print(PrintStream out) {
        out.printf("%nSeed %d, %d minutes, %s.%n", seed, minutes, network);
        out.printf(Locale.ROOT, "Load average %.1f at the begin, %.1f at the end.%n", load.begin(), load.end());
        operations.forEach((outcome, count) -> out.printf("  %,9d %s%n", count, outcome));
        out.printf("%d lives of counters, %d epochs, %d worlds seen.%n", lives, epochs, worlds);
        out.printf("%-24s %5s %8s %12s %12s %12s%n", "fault", "done", "skipped", "median ms", "worst ms", "gap ms");
        kinds.forEach((kind, figures) -> out.printf(
                Locale.ROOT,
                "%-24s %5d %8d %12.0f %12.0f %12.0f%n",
                kind,
                figures.done(),
                figures.skipped(),
                figures.recoveryMedianMs(),
                figures.recoveryMs(),
                figures.gapMs()));
        ends.forEach(end -> out.println("Started again: " + end));
        if (recoveredMs != null) {
            out.printf(Locale.ROOT, "All was as it is to be %.0f ms after the last fault was undone.%n", recoveredMs);
        }
        for (Broken broken : violations) {
            out.printf(Locale.ROOT, "VIOLATION of '%s' at %.3f s: %s%n", broken.rule(), broken.from(), broken.what());
            broken.around().forEach(line -> out.println("    " + line));
        }
        out.println(violations.isEmpty() ? "No violation." : violations.size() + " violations.");
    }
}
