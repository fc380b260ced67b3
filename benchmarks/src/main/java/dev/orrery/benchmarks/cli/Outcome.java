package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.RowText;
import dev.orrery.benchmarks.report.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a run ends.
 *
 * @param failures what of this project could not be measured
 */
record Outcome(List<Target> targets, Map<String, PeerState> peers, List<String> failures, long seconds) {
    /** Tells it, and removes the logs of a run that did not fail. Returns the exit code. */
    int end(PrintWriter out, Path logs) throws IOException {
        out.println("-- targets");
        targets.forEach(target -> out.println(RowText.of(target)));
        peers.forEach((name, state) -> {
            if (!state.error().isEmpty()) {
                out.println("could not be run: " + name + ": " + state.error());
            }
        });
        failures.forEach(failure -> out.println("FAILED: " + failure));
        out.println("took " + seconds + " s");
        if (!failures.isEmpty()) {
            out.println("logs are in " + logs);
        }
        out.flush();
        if (failures.isEmpty()) {
            LogFolder.remove(logs);
        }
        return failures.isEmpty() ? 0 : 1;
    }
}
