package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of the local cluster with this process's class path. Its output is appended to a file. */
final class ChildJvm {
    /**
     * @param name for messages: {@code head-1}, {@code zookeeper}
     * @param inside what its command line begins with, so that it runs at another host; empty: at this one
     * @param environment added to this process's own
     */
    record Command(
            String name,
            List<String> inside,
            String mainClass,
            List<String> jvmOptions,
            List<String> arguments,
            Map<String, String> environment,
            Path log) {}

    /** Short-lived JVMs on few cores: no time for a second compiler or parallel collectors. */
    static final List<String> SMALL_JVM = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-XX:+ExitOnOutOfMemoryError",
            // A resource of this module: the file of conf.
            "-Dlogback.configurationFile=conf/logback.xml");

    private final Command command;
    private final Process process;

    private ChildJvm(Command command, Process process) {
        this.command = command;
        this.process = process;
    }

    static ChildJvm start(Command command) {
        List<String> line = new ArrayList<>(command.inside());
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(command.jvmOptions());
        line.add("-cp");
        line.add(System.getProperty("java.class.path"));
        line.add(command.mainClass());
        line.addAll(command.arguments());
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
        builder.environment().putAll(command.environment());
        try {
            Files.createDirectories(command.log().getParent());
            return new ChildJvm(command, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.name(), e);
        }
    }

    Command command() {
        return command;
    }

    String name() {
        return command.name();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** kill -9, and waits for its end. */
    void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    void terminate() {
        process.destroy();
    }

    /** Waits for the end after {@link #terminate()}, then kills. */
    void awaitExitOrKill(Duration patience) {
        if (!awaitExit(patience)) {
            kill();
        }
    }

    private boolean awaitExit(Duration patience) {
        try {
            return process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            return false;
        }
    }

    /** The end of its output, for an error message. */
    String lastOutput() {
        try {
            List<String> lines = Files.readAllLines(command.log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "(no output: " + e.getMessage() + ")";
        }
    }
}
