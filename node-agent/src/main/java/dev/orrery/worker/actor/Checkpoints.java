package dev.orrery.worker.actor;

import dev.orrery.Checkpointable;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Checkpoint;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.NanoClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** When the state of an actor is read to be saved, and what it is given of an earlier life's. Thread-safe. */
final class Checkpoints {
    /** Of calls whose answers wait for nothing, which most are. */
    static final CompletableFuture<Void> NOTHING_TO_SAVE = CompletableFuture.completedFuture(null);

    /** What the call asked for that runs on the thread. */
    private static final ThreadLocal<List<CompletableFuture<Void>>> ASKED = new ThreadLocal<>();

    private final String label;
    private final PlainActorSpec spec;
    private final ValueCodec values;
    private final CheckpointSaves saves;
    private final Callable<LoadCheckpointResponse> earlier;
    private final NanoClock clock;
    private final Executor callbacks;
    private volatile boolean open;
    private volatile Optional<Checkpointable<Object>> actor = Optional.empty();
    private int callsSince;
    private long sinceNanos;

    /**
     * @param label the actor for people
     * @param earlier what an earlier life saved; may wait, on the user's thread
     * @param callbacks where users are told what they asked for
     */
    Checkpoints(
            String label,
            PlainActorSpec spec,
            ValueCodec values,
            CheckpointSaves saves,
            Callable<LoadCheckpointResponse> earlier,
            NanoClock clock,
            Executor callbacks) {
        this.label = label;
        this.spec = spec;
        this.values = values;
        this.saves = saves;
        this.earlier = earlier;
        this.clock = clock;
        this.callbacks = callbacks;
    }

    /** The actor has been constructed: gives it its earlier state. Throws what is wrong with that, or what the user's code throws. */
    void open(Object made) throws Exception {
        if (made instanceof Checkpointable<?> saving) {
            Checkpointable<Object> typed = typed(saving);
            restore(typed);
            synchronized (this) {
                sinceNanos = clock.nanoTime();
            }
            actor = Optional.of(typed);
        } else if (spec.getCheckpointCalls() > 0 || spec.getCheckpointIntervalMillis() > 0) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "checkpointEvery is set, but " + made.getClass().getName() + " does not implement "
                            + Checkpointable.class.getName());
        }
        open = true;
    }

    @SuppressWarnings("unchecked") // Its states are its own; restore throws where one is of another type.
    private static Checkpointable<Object> typed(Checkpointable<?> saving) {
        return (Checkpointable<Object>) saving;
    }

    private void restore(Checkpointable<Object> made) throws Exception {
        LoadCheckpointResponse kept = earlier.call();
        if (!kept.hasCheckpoint()) {
            return;
        }
        try {
            made.restore(values.fromMessage("the state", kept.getState()));
        } catch (Throwable thrown) {
            // Whatever the user's code throws.
            Arguments.rethrowFatal(thrown);
            Checkpoint saved = kept.getCheckpoint();
            throw OrreryException.of(
                    ErrorCode.CHECKPOINT_FAILED,
                    "what life %d of actor %s saved (checkpoint %d, %d bytes) could not be restored"
                            .formatted(saved.getIncarnation(), label, saved.getNumber(), saved.getBytes()),
                    thrown);
        }
    }

    /** A call begins on this thread. */
    void callBegins() {
        if (actor.isPresent()) {
            ASKED.set(new ArrayList<>());
        }
    }

    /** What the call asked for that ran on this thread, which it leaves now, with its result or before that. */
    List<CompletableFuture<Void>> callLeaves() {
        if (actor.isEmpty()) {
            return List.of();
        }
        List<CompletableFuture<Void>> ofCall = ASKED.get();
        ASKED.remove();
        return ofCall == null ? List.of() : ofCall;
    }

    /**
     * A call has ended that asked for this: done when all is saved that is to be before its answer. Runs user code where that is due. One
     * that has nothing to be saved waits for what others have, as it may tell of that.
     */
    CompletableFuture<Void> callEnds(List<CompletableFuture<Void>> ofCall) {
        if (actor.isEmpty()) {
            return NOTHING_TO_SAVE;
        }
        boolean due = isDue();
        if (!due && ofCall.isEmpty()) {
            return saves.newest().orElse(NOTHING_TO_SAVE);
        }
        List<CompletableFuture<Void>> all = new ArrayList<>(ofCall);
        if (due) {
            all.add(save(actor.get()));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    private synchronized boolean isDue() {
        callsSince++;
        long interval = spec.getCheckpointIntervalMillis();
        return (spec.getCheckpointCalls() > 0 && callsSince >= spec.getCheckpointCalls())
                || (interval > 0 && clock.nanoTime() - sinceNanos >= interval * 1_000_000);
    }

    private synchronized void beginAnew() {
        callsSince = 0;
        sinceNanos = clock.nanoTime();
    }

    /** See {@link dev.orrery.ActorContext#saveCheckpoint}. */
    CompletableFuture<Void> saveNow() {
        if (!open) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE,
                    "actor " + label + " is still being started; it saves from its first call on");
        }
        CompletableFuture<Void> saved = save(actor.orElseThrow(() -> OrreryException.of(
                ErrorCode.UNSUPPORTED, "actor " + label + " does not implement " + Checkpointable.class.getName())));
        List<CompletableFuture<Void>> ofCall = ASKED.get();
        if (ofCall != null) {
            ofCall.add(saved);
        }
        CompletableFuture<Void> told = new CompletableFuture<>();
        saved.whenComplete((none, failure) -> tell(told, Optional.ofNullable(failure)));
        return told;
    }

    private void tell(CompletableFuture<Void> told, Optional<Throwable> failure) {
        Runnable word = () -> failure.ifPresentOrElse(told::completeExceptionally, () -> told.complete(null));
        try {
            callbacks.execute(word);
        } catch (RejectedExecutionException e) {
            // The actor ends; nobody else would tell.
            word.run();
        }
    }

    private CompletableFuture<Void> save(Checkpointable<Object> saving) {
        long number = saves.begin();
        beginAnew();
        Value state;
        try {
            state = values.toMessage("the state of actor " + label, saving.checkpoint());
        } catch (Throwable thrown) {
            Arguments.rethrowFatal(thrown);
            if (thrown instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return CompletableFuture.failedFuture(OrreryException.of(
                    ErrorCode.CHECKPOINT_FAILED,
                    "the state of actor " + label + " could not be read",
                    Map.of(),
                    Optional.of(Failure.of(thrown))));
        }
        int bytes = state.getSerializedSize();
        if (bytes > Checkpointable.MOST_BYTES) {
            return CompletableFuture.failedFuture(OrreryException.of(
                    ErrorCode.CHECKPOINT_TOO_LARGE,
                    "the state of actor %s has %d bytes, more than the %d that a checkpoint may have; keep what is large elsewhere, and save where it is"
                            .formatted(label, bytes, Checkpointable.MOST_BYTES)));
        }
        return saves.offer(number, state);
    }

    /** Whether more answers may wait for their states to be saved. */
    boolean hasRoom() {
        return saves.waiting() < Math.max(1, spec.getMaxPendingCalls());
    }

    /** Returns when the answers that wait have been told. */
    void awaitSaved() {
        saves.settled().join();
    }

    /** Who waits is told that nothing is saved any more. */
    void close() {
        saves.close();
    }
}
