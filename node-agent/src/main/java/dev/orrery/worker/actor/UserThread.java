package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.task.CurrentWork;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.loading.UserCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that the user's code runs on: makes ready what the worker is there for, serves the queue, closes it. */
final class UserThread {
    private static final Logger LOG = LoggerFactory.getLogger(UserThread.class);

    /** For the call that runs when the actor is stopped, and the user's close(). */
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(2);

    private final ActorEnvironment environment;
    private final String label;
    private final CallQueue queue;
    private final CallErrors errors;
    private final Runnable listen;
    private final Tenure tenure;
    private final UserCode code;
    private final UserWork work;
    private final CpuLoan loan;
    private final AtomicBoolean stopping;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile Optional<PendingCall> running = Optional.empty();
    private volatile boolean open;

    /**
     * @param listen what lets calls in, and may take a moment; done before the work is made ready
     * @param stopping set here, and asked by the work
     */
    UserThread(
            ActorEnvironment environment,
            Calls calls,
            UserCode code,
            UserWork work,
            Runnable listen,
            Tenure tenure,
            AtomicBoolean stopping) {
        this.environment = environment;
        this.label = environment.desired().getLabel();
        this.queue = calls.queue();
        this.errors = calls.errors();
        this.loan = calls.loan();
        this.listen = listen;
        this.tenure = tenure;
        this.code = code;
        this.work = work;
        this.stopping = stopping;
        this.thread = new NamedThreads("user-" + label).newThread(this::live);
    }

    /** Where its calls come from, what they are told when they are not run, and what becomes of its CPUs while one waits. */
    record Calls(CallQueue queue, CallErrors errors, CpuLoan loan) {}

    void start() {
        thread.setContextClassLoader(code.classLoader());
        thread.start();
    }

    boolean isOpen() {
        return open;
    }

    private void live() {
        CurrentWork.lendBy(loan);
        if (makeReady()) {
            open = true;
            LOG.info("actor {} is open", label);
            environment.changed();
            serve();
            clearInterrupt();
            work.close();
        }
        closeCode();
        ended.complete(null);
    }

    // User code may throw anything; all of it is reported.
    private boolean makeReady() {
        try {
            listen.run();
            code.checkArtifacts();
            tenure.await();
            work.open();
            return true;
        } catch (Throwable thrown) {
            if (!stopping.get()) {
                environment.fatal(Failure.of(OrreryException.of(
                        ErrorCode.START_FAILED, "actor " + label + " could not be started", thrown)));
            }
            return false;
        }
    }

    private void serve() {
        try {
            for (Optional<PendingCall> next = queue.take(); next.isPresent(); next = queue.take()) {
                Thread.currentThread().setContextClassLoader(code.classLoader());
                run(next.get());
            }
        } catch (InterruptedException e) {
            if (!stopping.get()) {
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

    private void run(PendingCall call) {
        running = Optional.of(call);
        if (!call.isOver()) {
            work.run(call);
        }
        running = Optional.empty();
        if (!stopping.get()) {
            clearInterrupt();
        }
    }

    /** User code may have interrupted its thread; the next wait must not pay for it. */
    private static void clearInterrupt() {
        Thread.interrupted();
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
        stopping.set(true);
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
