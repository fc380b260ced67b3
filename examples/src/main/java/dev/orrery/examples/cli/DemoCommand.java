package dev.orrery.examples.cli;

import dev.orrery.examples.cluster.EndInOrder;
import dev.orrery.examples.demo.DemoOptions;
import dev.orrery.examples.demo.DemoRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Serves a real model, cut in two, on a local cluster through faults, and checks every answer.",
            "Exits 0 only if all held."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    /** Set by the launcher when the output is a terminal. */
    private static final String TERMINAL = "orrery.terminal";

    /** Set by the launcher: where it built the emulation. */
    private static final String EMULATION = "orrery.emulation";

    /** What the user can choose from. */
    enum DemoBackend {
        HOST,
        NCCL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--rate", description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private double rate = 80;

    @Option(names = "--input", paramLabel = "FILE", description = "Text to embed, one document a line.")
    private Path input;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what happened as JSON.")
    private Path report;

    @Option(
            names = "--plain",
            description = "Lines instead of a progress bar; the default when the output is no terminal.")
    private boolean plain;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Keep data and logs there (default: a fresh folder, removed).")
    private Path directory;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            description =
                    "What carries tensors between the encoder's halves: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private DemoBackend backend = DemoBackend.HOST;

    @Option(
            names = "--emulated",
            description = "With --backend nccl: CUDA and NCCL are emulated, for a machine without GPUs. Needs gcc.")
    private boolean emulated;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!(rate > 0) || rate > 10_000) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0 and at most 10000, not " + rate);
        }
        DemoOptions options = new DemoOptions(
                rate,
                Optional.ofNullable(input),
                Optional.ofNullable(report),
                plain || !Boolean.getBoolean(TERMINAL),
                backend == DemoBackend.NCCL,
                emulated ? Optional.of(emulation()) : Optional.empty(),
                Optional.ofNullable(directory));
        return EndInOrder.run(STOP_PATIENCE, () -> new DemoRun(options, System.out).run() ? 0 : 1);
    }

    private Path emulation() {
        if (backend != DemoBackend.NCCL) {
            throw new ParameterException(spec.commandLine(), "--emulated needs --backend nccl");
        }
        String built = System.getProperty(EMULATION, "");
        if (built.isEmpty() || !Files.exists(Path.of(built, "libnccl.so.2"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the emulation of CUDA and NCCL is not built: use bin/orrery in a source tree, with gcc installed");
        }
        return Path.of(built);
    }
}
