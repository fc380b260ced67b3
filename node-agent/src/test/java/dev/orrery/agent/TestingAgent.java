package dev.orrery.agent;

import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An agent in a JVM of its own. */
final class TestingAgent implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 40;

    private final Process process;
    private final Path log;

    private TestingAgent(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static TestingAgent start(Path root, HostPort head, String... flags) throws IOException {
        return start(TestingAgentMain.class, root, head, flags);
    }

    /** One whose workers are real. */
    static TestingAgent startReal(Path root, HostPort head, String... flags) throws IOException {
        return start(AgentMain.class, root, head, flags);
    }

    private static TestingAgent start(Class<?> main, Path root, HostPort head, String... flags) throws IOException {
        Path log = Files.createTempFile(root, "agent-", ".log");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                "--agent.name=node-1",
                "--agent.heads=" + head,
                "--gpu.discover=off",
                "--agent.warm-workers=0",
                "--agent.data-dir=" + root.resolve("node"),
                "--cluster.secret-file=" + root.resolve("secret")));
        line.addAll(List.of(flags));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new TestingAgent(process, log);
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the agent did not end within " + PATIENCE_SECONDS + " s");
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Path logFile() {
        return log;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        kill();
    }
}
