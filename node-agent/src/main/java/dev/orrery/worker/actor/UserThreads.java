package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.task.CurrentWork;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.loading.UserCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that the user's code runs on. The first makes ready what the worker is there for, serves the queue and closes it.
 * Where several calls may run at once, others serve the queue, too; one is made when all that there are run calls.
 */
final class UserThreads {
    private static final Logger LOG = LoggerFactory.getLogger(UserThreads.class);

    /** For the calls that run when the actor is stopped, and the user's close(). */
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
    private final NamedThreads names;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<PendingCall> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean open;
    private boolean closing;

    /**
     * @param listen what lets calls in, and may take a moment; done before the work is made ready
     * @param stopping set here, and asked by the work
     */
    UserThreads(
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
        this.names = new NamedThreads("user-" + label);
    }

    /** Where its calls come from, what they are told when they are not run, and what becomes of its CPUs while one waits. */
    record Calls(CallQueue queue, CallErrors errors, CpuLoan loan) {}

    void start() {
        startThread(this::live);
    }

    private synchronized void startThread(Runnable body) {
        if (stopping.get()) {
            return;
        }
        Thread thread = names.newThread(() -> {
            CurrentWork.lendBy(loan);
            body.run();
        });
        thread.setContextClassLoader(code.classLoader());
        threads.add(thread);
        thread.start();
    }

    private void startThreadIfWanted() {
        if (queue.wantsThread()) {
            startThread(this::serve);
        }
    }

    private synchronized List<Thread> threads() {
        return List.copyOf(threads);
    }

    boolean isOpen() {
        return open;
    }

    private void live() {
        if (makeReady()) {
            open = true;
            LOG.info("actor {} is open", label);
            environment.changed();
            serve();
            beginClosing();
            awaitOthers();
            work.awaitAnswers();
            underWay.forEach(call -> call.fail(errors.stoppedInside()));
            work.close();
        }
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
            for (Optional<PendingCall> next = queue.take(); next.isPresent(); next = queue.takeNext()) {
                startThreadIfWanted();
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
        if (call.isOver()) {
            queue.ended();
            return;
        }
        underWay.add(call);
        CompletableFuture<Void> end = work.run(call);
        if (end.isDone()) {
            ended(call);
        } else {
            end.thenRun(() -> {
                ended(call);
                // All threads may be inside calls.
                startThreadIfWanted();
            });
        }
        if (!stopping.get()) {
            clearInterrupt();
        }
    }

    private void ended(PendingCall call) {
        underWay.remove(call);
        queue.ended();
    }

    /** User code may have interrupted its thread; the next wait must not pay for it. */
    private static void clearInterrupt() {
        Thread.interrupted();
    }

    /** An interrupt was for the calls; closing the actor must not pay for it. */
    private synchronized void beginClosing() {
        closing = true;
        clearInterrupt();
    }

    private synchronized void interruptCalls() {
        // The first closes, if it got there before.
        threads.subList(closing ? 1 : 0, threads.size()).forEach(Thread::interrupt);
    }

    /** However long the user's code runs there: who stops the actor does not wait for this. */
    private void awaitOthers() {
        try {
            for (Thread thread : threads()) {
                if (thread != Thread.currentThread()) {
                    thread.join();
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("actor {} was interrupted while its calls ended", label, e);
        }
    }

    /** Completes when the actor is closed, or its time is over. */
    CompletableFuture<Void> stop() {
        stopping.set(true);
        queue.close().forEach(call -> call.fail(errors.stopped()));
        interruptCalls();
        var unused = environment.timers().schedule(this::giveUp, STOP_DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        return ended;
    }

    private void giveUp() {
        if (!ended.isDone()) {
            LOG.warn("user code of actor {} did not end in time; it is at\n{}", label, stackTraces());
            underWay.forEach(call -> call.fail(errors.stoppedInside()));
            ended.complete(null);
        }
    }

    private String stackTraces() {
        StringBuilder text = new StringBuilder();
        for (Thread thread : threads()) {
            text.append(thread.getName()).append('\n');
            for (StackTraceElement frame : thread.getStackTrace()) {
                text.append("\tat ").append(frame).append('\n');
            }
        }
        return text.toString();
    }
}
