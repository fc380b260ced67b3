package dev.orrery.benchmarks.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that a run found.
 *
 * @param date when it began
 * @param seconds how long it took
 * @param sessionTimeout of the heads with ZooKeeper, in seconds
 * @param deadAfter silence of a node after which its workers are replaced, in seconds
 * @param runs the smaller scale first
 * @param failures what did not hold; empty when all did
 */
public record ControlReport(
        String date,
        long seconds,
        MachineFacts machine,
        double sessionTimeout,
        double deadAfter,
        List<ScaleFigures> runs,
        List<Target> targets,
        List<String> failures) {
    public ControlReport {
        runs = List.copyOf(runs);
        targets = List.copyOf(targets);
        failures = List.copyOf(failures);
    }

    public void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    public static ControlReport read(Path file) throws IOException {
        return new ObjectMapper().readValue(file.toFile(), ControlReport.class);
    }
}
