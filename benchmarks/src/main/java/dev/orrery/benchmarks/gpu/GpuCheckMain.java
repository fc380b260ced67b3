package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.GpuReport.Outcome;
import dev.orrery.nccl.cuda.GpuLibraries;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/orrery gpu-check}. */
@Command(
        name = "orrery gpu-check",
        mixinStandardHelpOptions = true,
        description = {
            "Tests and measures worlds of NCCL on the GPUs of this host; nothing of a cluster is needed.",
            "Exits 0 when all passed, 1 when something failed, 2 when it was called wrongly, 3 without GPU or NCCL."
        })
public final class GpuCheckMain implements Callable<Integer> {
    private static final long STOP_SECONDS = 60;
    /** Set by the launcher: where it built the emulation. */
    private static final String EMULATION = "orrery.emulation";

    @Option(names = "--report", paramLabel = "FILE", description = "Write all that was found as JSON.")
    private Optional<Path> report = Optional.empty();

    @Option(
            names = "--cuda-lib",
            paramLabel = "PATH",
            description = "Folder of libcudart.so.13, or that file (default: where the system finds it).")
    private Optional<Path> cudaLib = Optional.empty();

    @Option(
            names = "--nccl-lib",
            paramLabel = "PATH",
            description = "Folder of libnccl.so.2, or that file (default: where the system finds it).")
    private Optional<Path> ncclLib = Optional.empty();

    @Option(
            names = "--emulated",
            description = "Emulate CUDA and NCCL, to try the check on a machine without GPUs. Needs gcc.")
    private boolean emulated;

    @Option(names = "--quick", description = "A small part of the tests and of the benchmark.")
    private boolean quick;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        GpuSetting setting = new GpuSetting(libraries(), emulated, quick);
        report.ifPresent(this::needFolder);
        Path folder = Files.createTempDirectory("orrery-gpu-check");
        // Units are not of ASCII, and a host may know no other characters.
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        CountDownLatch finished = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(stopOnSignal(Thread.currentThread(), finished));
        try {
            GpuReport found = new GpuCheck(setting, folder, out).run();
            if (report.isPresent()) {
                found.write(report.get());
            }
            tell(found, folder, out);
            return found.outcome().exitCode();
        } finally {
            finished.countDown();
        }
    }

    /** Now, and not after half an hour. */
    private void needFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file)) {
            throw new ParameterException(spec.commandLine(), "no report can be written to " + file);
        }
    }

    private GpuLibraries libraries() {
        if (!emulated) {
            return new GpuLibraries(absolute(cudaLib), absolute(ncclLib));
        }
        Optional<Path> built = Optional.of(Path.of(System.getProperty(EMULATION, "")));
        if (built.filter(at -> Files.exists(at.resolve("libnccl.so.2"))).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the emulation of CUDA and NCCL is not built: use bin/orrery in a source tree, with gcc installed");
        }
        return new GpuLibraries(built, built);
    }

    private static Optional<Path> absolute(Optional<Path> path) {
        return path.map(Path::toAbsolutePath);
    }

    private static void tell(GpuReport found, Path folder, PrintWriter out) throws IOException {
        if (found.outcome() == Outcome.NO_GPU) {
            out.println("orrery gpu-check: nothing to check, NCCL cannot be used here: " + found.cause());
        } else {
            Summary.print(found, out);
        }
        if (found.outcome() == Outcome.FAILED) {
            out.println("logs are in " + folder);
        } else {
            remove(folder);
        }
        out.flush();
    }

    private static void remove(Path folder) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.deleteIfExists(each);
        }
    }

    /** Ctrl-C interrupts the run, whose {@code finally} blocks end its processes, and waits for that. */
    private static Thread stopOnSignal(Thread run, CountDownLatch finished) {
        return new Thread(
                () -> {
                    if (finished.getCount() > 0) {
                        run.interrupt();
                        try {
                            finished.await(STOP_SECONDS, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                },
                "orrery-gpu-check-stop");
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GpuCheckMain()).execute(arguments));
    }
}
