package dev.orrery.agent.gpu;

import dev.orrery.agent.process.ExitStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for GPUs in a process of its own: CUDA's and NCCL's libraries may end the process that loads them, and an agent
 * must not end.
 */
public final class GpuProbe implements AutoCloseable {
    /** The process that is run unless a test has another one. */
    public static final String MAIN = "dev.orrery.nccl.cuda.ProbeMain";

    private static final Logger LOG = LoggerFactory.getLogger(GpuProbe.class);
    private static final int MOST_LINES = 5_000;
    /** A driver that hangs may keep even a killed process. */
    private static final long KILL_SECONDS = 1;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Path folder;
    private final String classPath;
    private final String mainClass;
    private final GpuSettings settings;
    private Optional<Process> running = Optional.empty();
    private boolean closed;

    /**
     * @param folder for what the process writes
     * @param classPath of workers
     * @param mainClass of the process
     */
    public GpuProbe(Path folder, String classPath, String mainClass, GpuSettings settings) {
        this.folder = folder;
        this.classPath = classPath;
        this.mainClass = mainClass;
        this.settings = settings;
    }

    /** Blocks at most the settings' time and a second. Throws nothing: whatever goes wrong is why there are no GPUs. */
    public FoundGpus run() {
        if (!settings.discover()) {
            return FoundGpus.none("gpu.discover is off");
        }
        if (settings.offered().filter(count -> count == 0).isPresent()) {
            return FoundGpus.none("agent.gpus is 0");
        }
        long begun = System.nanoTime();
        FoundGpus found;
        try {
            found = look();
        } catch (IOException e) {
            found = ProbeOutput.failed("cannot be run: " + e.getMessage(), List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            found = ProbeOutput.failed("was given up, for the agent ends", List.of());
        }
        LOG.debug("looked for GPUs for {} ms: {}", (System.nanoTime() - begun) / NANOS_PER_MILLI, found);
        return found;
    }

    private FoundGpus look() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        // Into files: nothing that it starts can hold a pipe open, and people may look at them.
        Path output = folder.resolve("stdout");
        Path errors = folder.resolve("stderr");
        Process process = begin(new ProcessBuilder(command())
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile()));
        try {
            if (!process.waitFor(settings.discoverTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                return ProbeOutput.failed(
                        "did not end within " + settings.discoverTimeout().toMillis() + " ms", lines(errors));
            }
            return ProbeOutput.read(ExitStatus.ofShell(process.exitValue()), lines(output), lines(errors));
        } finally {
            end(process);
        }
    }

    private synchronized Process begin(ProcessBuilder builder) throws IOException {
        if (closed) {
            throw new IOException("the agent ends");
        }
        Process process = builder.start();
        running = Optional.of(process);
        return process;
    }

    /** Leaves no process. */
    @Override
    public synchronized void close() {
        closed = true;
        running.ifPresent(Process::destroyForcibly);
    }

    private static void end(Process process) throws InterruptedException {
        if (process.isAlive() && !process.destroyForcibly().waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("the GPU probe, pid {}, was killed and does not end", process.pid());
        }
    }

    List<String> command() {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                "-Djava.io.tmpdir=" + folder,
                // Its own: the one in the home directory is locked while any process unpacks, and links what others
                // found.
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("javacpp"),
                "-cp",
                classPath,
                mainClass));
        BiConsumer<String, Path> argument = (name, path) -> line.addAll(List.of(name, path.toString()));
        settings.cudaLib().ifPresent(path -> argument.accept("--cuda-lib", path));
        settings.ncclLib().ifPresent(path -> argument.accept("--nccl-lib", path));
        return line;
    }

    /** The first of them; a flood of others is nobody's answer. */
    private static List<String> lines(Path file) throws IOException {
        // Every byte is a character of it, so that no library's output is an error here.
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            return reader.lines().limit(MOST_LINES).collect(Collectors.toList());
        }
    }
}
