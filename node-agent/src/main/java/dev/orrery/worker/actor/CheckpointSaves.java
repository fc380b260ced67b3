package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.SaveCheckpointResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * States of an actor on their way to the leader, and who waits for that. One is on its way at a time, and of those that come meanwhile
 * only the newest is next: whatever is in an earlier one is in it, too. Thread-safe.
 */
final class CheckpointSaves {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointSaves.class);
    private static final Duration RETRY_AFTER = Duration.ofMillis(200);

    /** How long no leader may be there before who waits is told. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Waiting(long number, long sinceNanos, CompletableFuture<Void> saved) {}

    private final ActorLife life;
    private final Function<SaveCheckpointRequest, CompletableFuture<SaveCheckpointResponse>> leader;
    private final NanoClock clock;
    private final ScheduledExecutorService timers;
    private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();
    private long begun;
    /** What is on its way, or is about to be sent again. */
    private Optional<SaveCheckpointRequest> sent = Optional.empty();

    private Optional<SaveCheckpointRequest> next = Optional.empty();
    private long saved;
    private boolean closed;

    /** @param leader asks it, within its own time; may throw what the future would fail with */
    CheckpointSaves(
            ActorLife life,
            Function<SaveCheckpointRequest, CompletableFuture<SaveCheckpointResponse>> leader,
            NanoClock clock,
            ScheduledExecutorService timers) {
        this.life = life;
        this.leader = leader;
        this.clock = clock;
        this.timers = timers;
    }

    /** The number of a state that is read after this: all that was done before this is in it. */
    synchronized long begin() {
        begun++;
        return begun;
    }

    /** Done when that state, or one with a higher number, is saved. Fails with CHECKPOINT_FAILED, or CANCELLED when this is closed. */
    CompletableFuture<Void> offer(long number, Value state) {
        CompletableFuture<Void> future;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(cancelled());
            }
            if (number <= saved) {
                return CompletableFuture.completedFuture(null);
            }
            future = new CompletableFuture<>();
            waiting.put(number, new Waiting(number, clock.nanoTime(), future));
            Predicate<SaveCheckpointRequest> isNewer = other -> other.getNumber() > number;
            if (sent.filter(isNewer).isEmpty() && next.filter(isNewer).isEmpty()) {
                next = Optional.of(SaveCheckpointRequest.newBuilder()
                        .setLife(life)
                        .setNumber(number)
                        .setState(state)
                        .build());
            }
        }
        sendNext();
        return future;
    }

    private void sendNext() {
        SaveCheckpointRequest request;
        synchronized (this) {
            if (closed || sent.isPresent() || next.isEmpty()) {
                return;
            }
            request = next.get();
            sent = next;
            next = Optional.empty();
        }
        ask(request).whenComplete((answer, failure) -> {
            if (failure == null) {
                settle(request.getNumber(), Optional.empty());
            } else {
                refused(request, ErrorCodec.unwrap(failure));
            }
        });
    }

    private CompletableFuture<SaveCheckpointResponse> ask(SaveCheckpointRequest request) {
        try {
            return leader.apply(request);
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void refused(SaveCheckpointRequest request, Throwable cause) {
        if (isPassing(cause)) {
            LOG.info("checkpoint {} is not saved yet: {}", request.getNumber(), cause.getMessage());
            expire(cause);
            try {
                var unused = timers.schedule(this::sendAgain, RETRY_AFTER.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("the process ends; nothing is saved any more", e);
            }
        } else {
            settle(request.getNumber(), Optional.of(failed(cause)));
        }
    }

    /** Whether a leader, or the next one, may save it a moment later. */
    static boolean isPassing(Throwable cause) {
        return cause instanceof OrreryException known
                && known.code().retryable()
                && known.code() != ErrorCode.CANCELLED
                && known.code() != ErrorCode.RESOURCE_EXHAUSTED;
    }

    /** The newest that there is, unless nobody waits any more. */
    private void sendAgain() {
        synchronized (this) {
            next = next.or(() -> sent).filter(request -> !waiting.isEmpty());
            sent = Optional.empty();
        }
        sendNext();
    }

    private void expire(Throwable cause) {
        List<Waiting> late = new ArrayList<>();
        synchronized (this) {
            waiting.values().removeIf(one -> {
                boolean isLate = clock.nanoTime() - one.sinceNanos() >= PATIENCE.toNanos();
                if (isLate) {
                    late.add(one);
                }
                return isLate;
            });
        }
        late.forEach(one -> one.saved().completeExceptionally(failed(cause)));
    }

    /** That one, and those before it. */
    private void settle(long number, Optional<OrreryException> why) {
        List<Waiting> settled;
        synchronized (this) {
            sent = Optional.empty();
            saved = why.isEmpty() ? Math.max(saved, number) : saved;
            NavigableMap<Long, Waiting> those = waiting.headMap(number, true);
            settled = List.copyOf(those.values());
            those.clear();
        }
        for (Waiting one : settled) {
            why.ifPresentOrElse(
                    one.saved()::completeExceptionally, () -> one.saved().complete(null));
        }
        sendNext();
    }

    private static OrreryException failed(Throwable cause) {
        boolean known = cause instanceof OrreryException;
        return OrreryException.of(
                known && ((OrreryException) cause).code() == ErrorCode.CHECKPOINT_TOO_LARGE
                        ? ErrorCode.CHECKPOINT_TOO_LARGE
                        : ErrorCode.CHECKPOINT_FAILED,
                known ? ((OrreryException) cause).detail() : cause.toString());
    }

    private OrreryException cancelled() {
        return OrreryException.of(
                ErrorCode.CANCELLED, "actor " + life.getActor() + " ends, and saves nothing any more");
    }

    /** How many wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Done when nobody waits any more for the newest state that somebody waits for, whatever came of it; empty: nobody does. */
    synchronized Optional<CompletableFuture<Void>> newest() {
        return Optional.ofNullable(waiting.lastEntry())
                .map(last -> last.getValue().saved().handle((none, failure) -> null));
    }

    /** Done when nobody who waits now does any more, whatever came of it. */
    synchronized CompletableFuture<Void> settled() {
        return CompletableFuture.allOf(
                        waiting.values().stream().map(Waiting::saved).toArray(CompletableFuture<?>[]::new))
                .handle((none, failure) -> null);
    }

    /** Nothing is sent any more, and who waits is told. */
    void close() {
        List<Waiting> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiting.values());
            waiting.clear();
        }
        left.forEach(one -> one.saved().completeExceptionally(cancelled()));
    }
}
