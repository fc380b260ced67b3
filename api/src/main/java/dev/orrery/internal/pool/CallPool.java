package dev.orrery.internal.pool;

import dev.orrery.ActorPoolOptions;
import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Gives calls to the actors of a pool as these become free. Everything happens on the threads of those who call, who cancel, and
 * on which actors' answers arrive; users' code (arguments that are read, callbacks) runs outside of the lock. Thread-safe.
 */
public final class CallPool<A> {
    /** What an actor can be asked to be done in. */
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** So that an alarm keeps a pool that nobody uses any more no longer than that. */
    private static final long LONGEST_ALARM_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int MOST_NAMED = 3;

    /** A waiting call whose turn it is, and the place of its actor. */
    private record Turn<A>(PooledCall<A, ?> call, int place) {}

    private final List<ActorRef<A>> actors;
    private final ActorPoolOptions options;
    private final NanoClock clock;
    private final Alarm alarms;
    private final Object lock = new Object();
    private final PoolMembers members;
    /** By number; those that end first are first. */
    private final NavigableMap<Long, PooledCall<A, ?>> waiting = new TreeMap<>();

    private long lastNumber;
    /** When the next alarm rings. */
    private OptionalLong alarm = OptionalLong.empty();

    public CallPool(List<ActorRef<A>> actors, ActorPoolOptions options) {
        this(actors, options, NanoClock.SYSTEM, Alarm.SYSTEM);
    }

    CallPool(List<ActorRef<A>> actors, ActorPoolOptions options, NanoClock clock, Alarm alarms) {
        this.actors = List.copyOf(actors);
        this.options = options;
        this.clock = clock;
        this.alarms = alarms;
        this.members = new PoolMembers(actors.stream().map(ActorRef::toString).toList(), options.callsPerActor());
    }

    NanoClock clock() {
        return clock;
    }

    /** Those that are not known here to be dead. */
    public List<ActorRef<A>> living() {
        synchronized (lock) {
            return IntStream.range(0, actors.size())
                    .filter(members::isLiving)
                    .mapToObj(actors::get)
                    .toList();
        }
    }

    /** How many calls no actor has. */
    public int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** Calls that keep all actors busy without a pause between two. */
    int busyWith() {
        synchronized (lock) {
            long given = (long) Math.max(1, members.living()) * options.callsPerActor();
            return (int) Math.min(Integer.MAX_VALUE, 2 * given);
        }
    }

    /** @param invocation calls the actor that it is given; done once, or again when that is known to have come to nothing */
    public <R> CompletableFuture<R> call(Function<ActorRef<A>, CompletableFuture<R>> invocation) {
        return call(invocation, options.maxWaiting());
    }

    /** For whoever keeps to {@link #busyWith} by itself: however many calls wait. */
    <R> CompletableFuture<R> callUnrefused(Function<ActorRef<A>, CompletableFuture<R>> invocation) {
        return call(invocation, Integer.MAX_VALUE);
    }

    private <R> CompletableFuture<R> call(Function<ActorRef<A>, CompletableFuture<R>> invocation, int maxWaiting) {
        PooledCall<A, R> call;
        synchronized (lock) {
            Optional<OrreryException> refusal = refusal(maxWaiting);
            if (refusal.isPresent()) {
                return CompletableFuture.failedFuture(refusal.get());
            }
            lastNumber++;
            long endNanos = clock.nanoTime() + options.deadline().toNanos();
            call = new PooledCall<>(lastNumber, endNanos, invocation);
            waiting.put(call.number(), call);
        }
        call.result().whenComplete((result, failure) -> forget(call));
        proceed();
        return call.result();
    }

    private Optional<OrreryException> refusal(int maxWaiting) {
        Optional<OrreryException> end = members.end();
        if (end.isPresent()) {
            return end.map(ActorDeadException::notBegun);
        }
        return members.isFree() || waiting.size() < maxWaiting
                ? Optional.empty()
                : Optional.of(OrreryException.of(
                        ErrorCode.ACTOR_OVERLOADED,
                        "as many calls wait in the pool as may (%d), beside %d at each of its %d actors"
                                .formatted(maxWaiting, options.callsPerActor(), members.living())));
    }

    /** Its caller has an end of it, or wants none any more. */
    private void forget(PooledCall<A, ?> call) {
        synchronized (lock) {
            waiting.remove(call.number());
        }
        call.giveUp();
    }

    /** Gives waiting calls to free actors, as many as there are of both. */
    private void proceed() {
        // Told when all are given: a callback may block.
        List<Runnable> ends = new ArrayList<>();
        for (Optional<Turn<A>> next = nextTurn(); next.isPresent(); next = nextTurn()) {
            give(next.get().call(), next.get().place()).ifPresent(ends::add);
        }
        ends.forEach(Runnable::run);
    }

    private Optional<Turn<A>> nextTurn() {
        synchronized (lock) {
            if (waiting.isEmpty()) {
                return Optional.empty();
            }
            OptionalInt place = members.give();
            if (place.isEmpty()) {
                awaitNextEnd();
                return Optional.empty();
            }
            return Optional.of(new Turn<>(waiting.pollFirstEntry().getValue(), place.getAsInt()));
        }
    }

    /** What is to be told when the call is over at once; it is no step of its own then, or a thousand of them would nest. */
    private <R> Optional<Runnable> give(PooledCall<A, R> call, int place) {
        long leftNanos = call.leftNanos(clock.nanoTime());
        if (call.result().isDone() || leftNanos < SHORTEST_NANOS) {
            synchronized (lock) {
                members.ended(place);
            }
            return Optional.of(() -> call.fail(late()));
        }
        CompletableFuture<R> sent = call.callTo(actors.get(place).within(Duration.ofNanos(leftNanos)));
        if (sent.isDone()) {
            return Optional.of(settled(call, place, sent));
        }
        sent.whenComplete((result, failure) -> {
            Runnable end = settled(call, place, sent);
            proceed();
            end.run();
        });
        return Optional.empty();
    }

    /** Takes a call that is over at its actor from that; returns what is to be told, and to whom. */
    private <R> Runnable settled(PooledCall<A, R> call, int place, CompletableFuture<R> sent) {
        Optional<Throwable> failure = failure(sent);
        PoolEnd end = PoolEnd.of(failure);
        List<PooledCall<A, ?>> stranded = List.of();
        Optional<OrreryException> why;
        synchronized (lock) {
            members.ended(place);
            if (end != PoolEnd.ANSWERED && failure.orElseThrow() instanceof OrreryException death) {
                members.died(place, death);
            }
            if (end == PoolEnd.NOT_BEGUN && !call.result().isDone()) {
                // By its number it is the next one.
                waiting.put(call.number(), call);
            }
            why = members.end();
            if (why.isPresent()) {
                stranded = List.copyOf(waiting.values());
                waiting.clear();
            }
        }
        List<PooledCall<A, ?>> lost = stranded;
        return () -> {
            if (end != PoolEnd.NOT_BEGUN) {
                call.end(sent);
            }
            lost.forEach(each -> each.fail(ActorDeadException.notBegun(why.orElseThrow())));
        };
    }

    private static Optional<Throwable> failure(CompletableFuture<?> done) {
        return Optional.ofNullable(done.handle((result, failure) -> failure).join())
                .map(ErrorCodec::unwrap);
    }

    /** Under the lock. */
    private void awaitNextEnd() {
        long now = clock.nanoTime();
        long left =
                Math.min(LONGEST_ALARM_NANOS, waiting.firstEntry().getValue().leftNanos(now));
        long due = now + Math.max(0, left);
        if (alarm.isPresent() && alarm.getAsLong() - due <= 0) {
            return;
        }
        alarm = OptionalLong.of(due);
        alarms.ring(() -> expire(due), due - now);
    }

    private void expire(long rungNanos) {
        List<PooledCall<A, ?>> late = new ArrayList<>();
        synchronized (lock) {
            if (alarm.isPresent() && alarm.getAsLong() == rungNanos) {
                alarm = OptionalLong.empty();
            }
            long now = clock.nanoTime();
            while (!waiting.isEmpty() && waiting.firstEntry().getValue().leftNanos(now) <= 0) {
                late.add(waiting.pollFirstEntry().getValue());
            }
            if (!waiting.isEmpty()) {
                awaitNextEnd();
            }
        }
        late.forEach(call -> call.fail(late()));
    }

    private OrreryException late() {
        List<ActorRef<A>> living = living();
        String named = living.stream().limit(MOST_NAMED).map(ActorRef::toString).collect(Collectors.joining(", "));
        return OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited %d ms for one of the %d actors of the pool that live to be free: %s%s"
                        .formatted(
                                options.deadline().toMillis(),
                                living.size(),
                                named,
                                living.size() > MOST_NAMED ? ", ..." : ""));
    }
}
