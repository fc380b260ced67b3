package dev.orrery.benchmarks.core;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a run found.
 *
 * @param date when it began
 * @param quick whether it was a short one, whose figures vary more
 * @param seconds how long it took
 * @param peers by name
 * @param growth of this project's figures, with callers, actors and payload
 * @param actors small actors that live at the same time, on each side that was measured
 * @param failures of this project's own side; empty when all could be measured
 */
public record CoreReport(
        String date,
        boolean quick,
        long seconds,
        MachineFacts machine,
        Map<String, PeerState> peers,
        List<CoreRow> rows,
        List<CoreRow> growth,
        Map<String, List<ManyActors>> actors,
        List<Target> targets,
        List<String> failures) {
    public CoreReport {
        peers = Map.copyOf(peers);
        rows = List.copyOf(rows);
        growth = List.copyOf(growth);
        Map<String, List<ManyActors>> copy = new TreeMap<>();
        actors.forEach((side, runs) -> copy.put(side, List.copyOf(runs)));
        actors = copy;
        targets = List.copyOf(targets);
        failures = List.copyOf(failures);
    }

    public void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    public static CoreReport read(Path file) throws IOException {
        return new ObjectMapper().readValue(file.toFile(), CoreReport.class);
    }
}
