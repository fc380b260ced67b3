package dev.orrery.worker.actor;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorReferences;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that the user's code runs on: constructs the actor, serves the queue, closes the actor. */
final class ActorThread {
    private static final Logger LOG = LoggerFactory.getLogger(ActorThread.class);

    /** For the call that runs when the actor is stopped, and the user's close(). */
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(2);

    private final ActorEnvironment environment;
    private final String label;
    private final ActorContext context;
    private final CallQueue queue;
    private final CallErrors errors;
    private final Runnable listen;
    private final Tenure tenure;
    private final UserCode code;
    private final ActorCalls calls;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile Optional<PendingCall> running = Optional.empty();
    private volatile boolean open;
    private volatile boolean stopping;

    /** @param listen what lets calls in, and may take a moment; done before the actor is constructed */
    ActorThread(
            ActorEnvironment environment,
            ActorContext context,
            CallQueue queue,
            CallErrors errors,
            Runnable listen,
            Tenure tenure,
            OwnJob job) {
        this.environment = environment;
        this.label = environment.desired().getLabel();
        this.context = context;
        this.queue = queue;
        this.errors = errors;
        this.listen = listen;
        this.tenure = tenure;
        this.code = new UserCode(environment.launch().artifacts());
        this.calls = new ActorCalls(
                new FunctionLoader(code),
                new ValueCodec(new ForySerializer(
                        code.classLoader(), List.of(new ActorReferences(job::client, code.classLoader())))),
                errors,
                () -> this.stopping,
                tenure);
        this.thread = new NamedThreads("user-" + label).newThread(this::live);
    }

    void start() {
        thread.setContextClassLoader(code.classLoader());
        thread.start();
    }

    boolean isOpen() {
        return open;
    }

    private void live() {
        Optional<Object> actor = open();
        if (actor.isPresent()) {
            open = true;
            LOG.info("actor {} is open", label);
            environment.changed();
            serve(actor.get());
            close(actor.get());
        }
        closeCode();
        ended.complete(null);
    }

    // User code may throw anything; all of it is reported.
    private Optional<Object> open() {
        PlainActorSpec spec = environment.desired().getSpec().getActor();
        try {
            listen.run();
            code.checkArtifacts();
            tenure.await();
            Object actor = calls.create(spec.getFactory(), spec.getArgumentsList());
            if (actor == null) {
                throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "the actor's factory returned null");
            }
            if (actor instanceof ContextAware aware) {
                aware.onStart(context);
            }
            return Optional.of(actor);
        } catch (Throwable thrown) {
            if (!stopping) {
                environment.fatal(Failure.of(OrreryException.of(
                        ErrorCode.START_FAILED, "actor " + label + " could not be started", thrown)));
            }
            return Optional.empty();
        }
    }

    private void serve(Object actor) {
        try {
            for (Optional<PendingCall> next = queue.take(); next.isPresent(); next = queue.take()) {
                Thread.currentThread().setContextClassLoader(code.classLoader());
                run(actor, next.get());
            }
        } catch (InterruptedException e) {
            if (!stopping) {
                cannotGoOn("was interrupted while it waited for a call", e);
            }
        } catch (Throwable thrown) {
            cannotGoOn("cannot go on", thrown);
        }
    }

    private void cannotGoOn(String what, Throwable thrown) {
        environment.fatal(
                Failure.of(OrreryException.of(ErrorCode.ACTOR_FAILED, "actor " + label + " " + what, thrown)));
    }

    private void run(Object actor, PendingCall call) {
        running = Optional.of(call);
        if (!call.isOver()) {
            calls.run(actor, call);
        }
        running = Optional.empty();
        if (!stopping) {
            clearInterrupt();
        }
    }

    /** User code may have interrupted its thread; the next wait must not pay for it. */
    private static void clearInterrupt() {
        Thread.interrupted();
    }

    private void close(Object actor) {
        clearInterrupt();
        if (actor instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable thrown) {
                LOG.warn("closing actor {} failed", label, thrown);
            }
        }
    }

    private void closeCode() {
        try {
            code.close();
        } catch (IOException e) {
            LOG.warn("closing the artifacts of actor {} failed", label, e);
        }
    }

    /** Completes when the actor is closed, or its time is over. */
    CompletableFuture<Void> stop() {
        stopping = true;
        queue.close().forEach(call -> call.fail(errors.stopped()));
        thread.interrupt();
        var unused = environment.timers().schedule(this::giveUp, STOP_DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        return ended;
    }

    private void giveUp() {
        if (!ended.isDone()) {
            LOG.warn("user code of actor {} did not end in time; it is at\n{}", label, stackTrace());
            running.ifPresent(call -> call.fail(errors.stoppedInside()));
            ended.complete(null);
        }
    }

    private String stackTrace() {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\tat ").append(frame).append('\n');
        }
        return text.toString();
    }
}
