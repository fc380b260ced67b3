package dev.orrery.nccl.gpu;

import dev.orrery.error.Failure;
import dev.orrery.internal.fsm.StateMachine;
import dev.orrery.nccl.control.ControlThread.Cancellable;
import dev.orrery.nccl.device.GroupCalls;
import dev.orrery.nccl.device.NativeCallException;
import dev.orrery.nccl.device.NativeGroup;
import dev.orrery.nccl.device.NativeStream;
import dev.orrery.nccl.gpu.GroupPhase.Event;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member's part in a group of NCCL, from the id by which the members find each other to the end. NCCL is called on
 * threads of the world's own, one at a time, and given up by another one; all else on the control thread.
 *
 * <p>NCCL's own end may wait for other groups of the device that hang (it frees memory, and that waits for all that the device
 * does), so each is given up by a thread of its own: those that break together are all given up at once. Follows the NCCL user
 * guide, "Fault tolerance", and the source of 2.30.7.
 */
final class NcclGroup {
    /** On the control thread. */
    interface Events {
        void onUniqueId(byte[] id);

        void onJoined();

        void onFailed(Failure cause);

        /** As {@link #onFailed}; perhaps because a member has ended, which NCCL does not know. */
        void onFailedRemotely(Failure cause);

        /** NCCL does not come back. */
        void onStuck(Failure cause);

        /** NCCL does nothing for this group any more; the memory of its operations can be used again. */
        void onGone();
    }

    /** Ends what waits for NCCL when the group is given up. */
    private static final class GivenUpException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GivenUpException() {
            super("the group was given up", null, false, false);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(NcclGroup.class);
    private static final Duration LAST_CALL_LIMIT = Duration.ofSeconds(1);
    private static final int LOOKS_WITHOUT_BREAK = 100;
    private static final long SHORT_BREAK_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_BREAK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final String name;
    private final NcclBackend.Parts parts;
    private final Events events;
    private final SerialTasks tasks;
    private final StateMachine<GroupPhase, Event> machine;

    private volatile Optional<NativeGroup> group = Optional.empty();
    private volatile Optional<NativeStream> stream = Optional.empty();
    private volatile Optional<BoundCalls> calls = Optional.empty();
    /** Guarded by this: who gives it up, and who ends it in good order, must not both free it. */
    private boolean givenUp;

    private boolean destroying;
    private volatile boolean stopped;
    private final Object asking = new Object();
    /** Guarded by asking: NCCL frees it now or has freed it. */
    private boolean freed;

    private Optional<Cancellable> limit = Optional.empty();

    NcclGroup(String name, NcclBackend.Parts parts, Events events) {
        this.name = name;
        this.parts = parts;
        this.events = events;
        this.tasks = new SerialTasks(parts.threads());
        this.machine = new StateMachine<>(GroupPhase.TABLE, name, log);
    }

    GroupPhase phase() {
        return machine.state();
    }

    /** Asks NCCL for an id. */
    void makeUniqueId() {
        onOwnThread("asking NCCL for a unique id", () -> {
            byte[] id = parts.nccl().newUniqueId();
            control(() -> events.onUniqueId(id));
        });
    }

    void join(byte[] uniqueId, int rank, int size) {
        if (!machine.fire(Event.ID_KNOWN, "rank " + rank + " of " + size)) {
            return;
        }
        onOwnThread("joining a group of NCCL", () -> {
            NativeStream taken = parts.gpu().takeStream();
            stream = Optional.of(taken);
            NativeGroup begun = parts.nccl().begin(uniqueId, rank, size);
            group = Optional.of(begun);
            settle();
            calls = Optional.of(new BoundCalls(parts.nccl(), parts.gpu().cuda(), begun, taken, this::settle));
            control(this::joined);
        });
    }

    private void joined() {
        if (machine.fire(Event.JOINED, "NCCL has connected all members")) {
            events.onJoined();
        }
    }

    /**
     * Has the step put into the stream, after those before.
     *
     * @param then on the same thread, with the stream in which it is
     */
    void post(String what, Consumer<GroupCalls> step, Consumer<NativeStream> then) {
        onOwnThread(what, () -> {
            step.accept(calls.orElseThrow());
            then.accept(stream.orElseThrow());
        });
    }

    private void onOwnThread(String what, Runnable task) {
        tasks.execute(() -> {
            if (stopped) {
                return;
            }
            try {
                parts.gpu().select();
                task.run();
            } catch (GivenUpException e) {
                log.debug("world {}: {} was given up", name, what);
            } catch (NativeCallException e) {
                control(() -> onNativeFailure(e, what));
            } catch (IllegalStateException e) {
                // A tensor was closed too early.
                control(() ->
                        events.onFailed(Failure.of("tensor", e.getMessage()).causing(Failure.of("operation", what))));
            }
        });
    }

    private void onNativeFailure(NativeCallException failure, String what) {
        Failure cause = failure.failure().causing(Failure.of("operation", what));
        if (failure.mayComeFromAPeer()) {
            events.onFailedRemotely(cause);
        } else {
            events.onFailed(cause);
        }
        if (failure.isFatal()) {
            events.onStuck(cause);
        }
    }

    /** Asks whether something went wrong that no call has told yet. Any thread. */
    void check() {
        try {
            synchronized (asking) {
                if (group.isPresent() && !freed) {
                    boolean unused = parts.nccl().isSettled(group.get());
                }
            }
        } catch (NativeCallException e) {
            control(() -> onNativeFailure(e, "operations under way"));
        }
    }

    /** Waits for who asks just now. */
    private void beginToFree() {
        synchronized (asking) {
            freed = true;
        }
    }

    /** On the world's thread. */
    private void settle() {
        int looks = 0;
        long breakNanos = SHORT_BREAK_NANOS;
        while (!stopped && !parts.nccl().isSettled(group.orElseThrow())) {
            looks++;
            if (looks > LOOKS_WITHOUT_BREAK) {
                LockSupport.parkNanos(breakNanos);
                breakNanos = Math.min(LONGEST_BREAK_NANOS, breakNanos * 2);
            } else {
                Thread.onSpinWait();
            }
        }
        if (stopped) {
            throw new GivenUpException();
        }
    }

    /** Nothing is under way and nothing will be: ends it in good order, and gives it up when that takes too long. */
    void finish() {
        if (!machine.fire(Event.DRAINED, "nothing is under way")) {
            return;
        }
        if (machine.state() == GroupPhase.GONE) {
            events.onGone();
            return;
        } else if (machine.state() == GroupPhase.ABORTING) {
            giveUp();
            return;
        }
        limit = Optional.of(
                parts.control().after(parts.options().leaveTimeout(), () -> abort("finishing takes too long")));
        onOwnThread("finishing a group of NCCL", () -> {
            parts.nccl().finish(group.orElseThrow());
            settle();
            if (mayDestroy()) {
                beginToFree();
                parts.nccl().destroy(group.orElseThrow());
                control(this::ended);
            }
        });
    }

    private synchronized boolean mayDestroy() {
        destroying = !givenUp;
        return destroying;
    }

    /** Ends it at once, whatever is under way. */
    void abort(String why) {
        if (!machine.fire(Event.BROKEN, why)) {
            return;
        }
        if (machine.state() == GroupPhase.GONE) {
            events.onGone();
        } else {
            giveUp();
        }
    }

    private void giveUp() {
        stopped = true;
        limit.ifPresent(Cancellable::cancel);
        Duration patience = parts.options().abortTimeout();
        limit = Optional.of(parts.control().after(patience, () -> stuck(patience)));
        boolean isDestroyed;
        synchronized (this) {
            isDestroyed = destroying;
            givenUp = !destroying;
        }
        if (!isDestroyed) {
            parts.threads().execute(this::abortNow);
        }
    }

    private void abortNow() {
        try {
            // No call should be in NCCL any more. One that hangs may end by the abort.
            boolean idle = tasks.awaitIdle(LAST_CALL_LIMIT);
            boolean begun = group.isPresent();
            if (begun) {
                free();
            }
            if (!idle) {
                tasks.awaitIdle(parts.options().abortTimeout());
            }
            if (!begun && group.isPresent()) {
                // The call that hung was the one that begins.
                free();
            }
        } catch (NativeCallException e) {
            log.warn("world {}: giving up a group of NCCL: {}", name, e.getMessage());
            // It may be in use for ever.
            stream = Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        control(this::ended);
    }

    private void free() {
        parts.gpu().select();
        beginToFree();
        parts.nccl().abort(group.orElseThrow());
    }

    private void stuck(Duration patience) {
        if (machine.state() != GroupPhase.GONE) {
            events.onStuck(Failure.of(
                    "abort",
                    "NCCL did not give up the group of world %s on %s within %d ms"
                            .formatted(name, parts.gpu(), patience.toMillis())));
        }
    }

    private void ended() {
        if (machine.fire(Event.ENDED, "NCCL has freed it")) {
            limit.ifPresent(Cancellable::cancel);
            events.onGone();
        }
    }

    /** Nothing of this world is in it any more. */
    void giveBackStream() {
        stream.ifPresent(parts.gpu()::giveBack);
        stream = Optional.empty();
    }

    private void control(Runnable news) {
        parts.control().execute(news);
    }
}
