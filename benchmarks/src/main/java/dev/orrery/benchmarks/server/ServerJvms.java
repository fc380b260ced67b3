package dev.orrery.benchmarks.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** The processes of one cluster. They end with it, and also when a signal ends this process. */
public final class ServerJvms implements AutoCloseable {
    private final Path logs;
    private final Thread onSignal = new Thread(this::kill, "control-bench-end");
    /** The last first. */
    private final Deque<ServerJvm> started = new ConcurrentLinkedDeque<>();

    private volatile boolean ended;

    public ServerJvms(Path logs) {
        this.logs = logs;
    }

    public void start() {
        Runtime.getRuntime().addShutdownHook(onSignal);
    }

    public ServerJvm start(String name, List<String> options, String main, List<String> arguments, boolean talks)
            throws IOException {
        ServerJvm jvm = ServerJvm.start(name, logs, options, main, arguments, talks);
        started.push(jvm);
        if (ended) {
            kill();
            throw new IOException("the cluster ends, so " + name + " is not started");
        }
        return jvm;
    }

    /** Who sent the signal waits, so none of them is asked first. */
    private void kill() {
        ended = true;
        started.forEach(jvm -> jvm.process().destroyForcibly());
    }

    /** One after the other, in good order. Idempotent. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            // One that is being closed is still there for the signal.
            started.element().close();
            started.pop();
        }
        if (!ended) {
            ended = true;
            Runtime.getRuntime().removeShutdownHook(onSignal);
        }
    }
}
