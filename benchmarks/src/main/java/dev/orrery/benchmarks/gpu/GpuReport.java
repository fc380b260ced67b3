package dev.orrery.benchmarks.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that a check found.
 *
 * @param date when it began
 * @param on which GPUs: "real", "emulated" or "none"
 * @param quick whether only a small part was run
 * @param cause why there is nothing to check; empty otherwise
 * @param nccl its version; empty where there is none
 * @param cuda versions of CUDA's driver and runtime
 * @param driver the version of the driver's kernel module
 * @param benchmark empty when there is nothing to check
 * @param failures of all steps, for people; empty when all is good
 */
public record GpuReport(
        String date,
        String on,
        boolean quick,
        long seconds,
        Outcome outcome,
        String cause,
        String host,
        MachineFacts machine,
        List<FoundGpus.Device> devices,
        String nccl,
        String cuda,
        String driver,
        List<SuiteResult> suites,
        List<Benchmark> benchmark,
        List<String> failures) {
    /** How it ended, and the exit code of the command. */
    public enum Outcome {
        PASSED(0),
        FAILED(1),
        NO_GPU(3);

        private final int exitCode;

        Outcome(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    /**
     * @param environments of the two processes, as far as they concern CUDA and NCCL
     * @param sharedGpu whether the two had only one
     */
    public record Benchmark(
            List<Map<String, String>> environments,
            boolean sharedGpu,
            double seconds,
            long limitSeconds,
            List<Line> rows) {}

    /** @param ncclTimesAsFast than HOST with copies, the median turn by turn; 0 when one of them failed */
    public record Line(Row row, double ncclTimesAsFast) {}

    public GpuReport {
        devices = List.copyOf(devices);
        suites = List.copyOf(suites);
        benchmark = List.copyOf(benchmark);
        failures = List.copyOf(failures);
    }

    public void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    public static GpuReport read(Path file) throws IOException {
        return new ObjectMapper().readValue(file.toFile(), GpuReport.class);
    }
}
