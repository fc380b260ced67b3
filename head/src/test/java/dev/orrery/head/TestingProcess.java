package dev.orrery.head;

import dev.orrery.testing.TestingSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM with this test's class path, and its output. */
final class TestingProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(5);

    private final String name;
    private final Path log;
    private final Process process;

    private TestingProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** @param arguments options of the JVM, the main class, and its arguments */
    static TestingProcess start(String name, Path folder, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
        line.addAll(arguments);
        Path log = folder.resolve(name + ".log");
        try {
            return new TestingProcess(
                    name,
                    log,
                    new ProcessBuilder(line)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server that keeps its data in {@code folder}, so that it can be started again. */
    static TestingProcess startZooKeeper(Path folder, int port) throws IOException {
        Path config = folder.resolve("zoo.cfg");
        Files.writeString(
                config,
                """
                dataDir=%s
                clientPortAddress=127.0.0.1
                clientPort=%d
                tickTime=500
                minSessionTimeout=1000
                maxSessionTimeout=60000
                admin.enableServer=false
                """
                        .formatted(folder.resolve("zookeeper"), port));
        return start(
                "zookeeper",
                folder,
                List.of(
                        "-Dzookeeper.preAllocSize=4096",
                        "-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        config.toString()));
    }

    /** Waits for output that matches, and returns its first group. */
    String await(String pattern) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Pattern wanted = Pattern.compile(pattern);
        while (System.nanoTime() < end) {
            Matcher found = wanted.matcher(output());
            if (found.find()) {
                return found.group(1);
            }
            if (!process.isAlive()) {
                throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + output());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        throw new AssertionError(name + " never said '" + pattern + "':\n" + output());
    }

    /** Whether its output matches by now. */
    boolean said(String pattern) {
        return Pattern.compile(pattern).matcher(output()).find();
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** STOP, CONT, TERM, KILL. */
    void signal(String signal) throws Exception {
        TestingSignals.send(signal, process.pid());
    }

    int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " still runs after " + limit + ":\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
