package dev.orrery.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real worker process, started without an agent's shim. */
public final class TestingWorker implements AutoCloseable {
    private final Process process;
    private final Path log;

    private TestingWorker(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    public static TestingWorker start(LaunchSpec launch) throws IOException {
        launch.write();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.orrery.worker.WorkerMain",
                        launch.file().toString())
                .redirectErrorStream(true)
                .redirectOutput(launch.outputLog().toFile())
                .start();
        return new TestingWorker(process, launch.outputLog());
    }

    public long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "it lives on:\n" + log());
        return process.exitValue();
    }

    /** What it wrote. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
