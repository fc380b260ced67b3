package dev.orrery.worker.stage;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.tensor.Device;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.loading.StageLoader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that user code runs on: constructs and opens the stage, serves the inbox, closes the stage. */
final class StageThread {
    private static final Logger LOG = LoggerFactory.getLogger(StageThread.class);

    /** What waits when the replica is stopped has this long; then it is left to the gateway's replay. */
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(3);

    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(2);

    private final ActorEnvironment environment;
    private final String replica;
    private final StageInbox inbox;
    private final StageCalls calls;
    private final StageLoader loader;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean open;
    private volatile boolean stopping;

    StageThread(ActorEnvironment environment, String replica, StageInbox inbox, StageCalls calls) {
        this.environment = environment;
        this.replica = replica;
        this.inbox = inbox;
        this.calls = calls;
        this.loader = new StageLoader(environment.launch().artifacts());
        this.thread = new NamedThreads("user-" + replica).newThread(this::live);
    }

    void start() {
        thread.setContextClassLoader(loader.classLoader());
        thread.start();
    }

    boolean isOpen() {
        return open;
    }

    String stackTrace() {
        return ThreadDump.of(thread, thread.getStackTrace());
    }

    private void live() {
        Optional<Stage> stage = open();
        if (stage.isPresent()) {
            open = true;
            LOG.info("replica {} is open", replica);
            environment.changed();
            serve(stage.get());
            close(stage.get());
        }
        closeLoader();
        ended.complete(null);
    }

    // User code may throw anything; all of it is reported.
    private Optional<Stage> open() {
        ActorSpec spec = environment.desired().getSpec();
        try {
            Stage stage = loader.create(spec.getStage());
            stage.open(new ReplicaContext(
                    spec.getPipeline(),
                    spec.getStage().getName(),
                    replica,
                    environment.life().getIncarnation(),
                    environment.launch().node(),
                    environment.devices()));
            return Optional.of(stage);
        } catch (Throwable thrown) {
            if (!stopping) {
                environment.fatal(Failure.of(OrreryException.of(
                        ErrorCode.START_FAILED,
                        "replica " + replica + " of pipeline " + spec.getPipeline() + " could not be opened",
                        thrown)));
            }
            return Optional.empty();
        }
    }

    private void serve(Stage stage) {
        try {
            for (Optional<Delivery> next = inbox.take(); next.isPresent(); next = inbox.take()) {
                Thread.currentThread().setContextClassLoader(loader.classLoader());
                calls.handle(stage, next.get());
            }
        } catch (InterruptedException e) {
            LOG.warn("replica {} was interrupted while it waited for a request", replica);
        } catch (Throwable thrown) {
            environment.fatal(Failure.of(
                    OrreryException.of(ErrorCode.STAGE_FAILED, "replica " + replica + " cannot go on", thrown)));
        }
    }

    private void close(Stage stage) {
        try {
            stage.close();
        } catch (Throwable thrown) {
            LOG.warn("closing replica {} failed", replica, thrown);
        }
    }

    private void closeLoader() {
        try {
            loader.close();
        } catch (IOException e) {
            LOG.warn("closing the artifacts of replica {} failed", replica, e);
        }
    }

    /** Completes when the stage is closed, or its time is over. */
    CompletableFuture<Void> stop() {
        stopping = true;
        inbox.close();
        if (open) {
            after(DRAIN_DEADLINE, this::cutShort);
            after(DRAIN_DEADLINE.plus(CLOSE_DEADLINE), this::giveUp);
        } else {
            // Nothing to drain: nobody waits for a stage that is not open.
            thread.interrupt();
            after(CLOSE_DEADLINE, this::giveUp);
        }
        return ended;
    }

    private void after(Duration delay, Runnable action) {
        var unused = environment.timers().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void cutShort() {
        if (!ended.isDone()) {
            inbox.drain().forEach(Delivery::close);
            thread.interrupt();
        }
    }

    private void giveUp() {
        if (ended.complete(null)) {
            LOG.warn("user code of replica {} did not end in time; it is at\n{}", replica, stackTrace());
        }
    }

    private record ReplicaContext(
            String pipeline, String stage, String replica, long incarnation, String node, List<Device> devices)
            implements StageContext {}
}
