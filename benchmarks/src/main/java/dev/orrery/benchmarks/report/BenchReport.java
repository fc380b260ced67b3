package dev.orrery.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.orrery.benchmarks.machine.MachineFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that a run found.
 *
 * @param date when it began
 * @param quick whether it was a short one, whose figures vary more
 * @param seconds how long it took
 * @param ringBytes of shared memory between two processes, each way; the same for worlds and the bare ring
 * @param chunkBytes after how many bytes the other side is told; the same for both
 * @param bootstrapSeed of the intervals
 * @param peers by name
 * @param failures of this project's own sides; empty when all could be measured
 */
public record BenchReport(
        String date,
        boolean quick,
        long seconds,
        MachineFacts machine,
        int ringBytes,
        int chunkBytes,
        long bootstrapSeed,
        Map<String, PeerState> peers,
        List<Row> rows,
        List<PairRow> pairs,
        List<Target> targets,
        List<String> failures) {

    public void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    public static BenchReport read(Path file) throws IOException {
        return new ObjectMapper().readValue(file.toFile(), BenchReport.class);
    }
}
