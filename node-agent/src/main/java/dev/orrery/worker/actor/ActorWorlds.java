package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.world.JoinedWorld;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The actor's worlds, for the actor: what the process tells of them, and who waits for one. Thread-safe. What waits is
 * completed on a thread of its own, as user code may depend on it.
 */
final class ActorWorlds implements AutoCloseable {
    private record Waiter(String name, Duration timeout, CompletableFuture<JoinedWorld> world) {}

    private final String label;
    private final ScheduledExecutorService timers;
    private final ExecutorService completions;
    private final NamedWorlds worlds = new NamedWorlds();
    private final Set<Waiter> waiters = new HashSet<>();
    private boolean closed;

    /** @param label the actor for people */
    ActorWorlds(String label, ScheduledExecutorService timers) {
        this.label = label;
        this.timers = timers;
        // Its thread is made when it is first needed.
        this.completions = Executors.newSingleThreadExecutor(new NamedThreads("user-worlds-" + label));
    }

    /** Those that have a name; the process joins them afterwards. */
    synchronized void onDesired(List<WorldSpec> specs) {
        specs.stream()
                .filter(spec -> !spec.getName().isEmpty())
                .forEach(spec -> worlds.forming(spec.getName(), spec.getId()));
    }

    void onReady(World world) {
        List<Waiter> served;
        Optional<JoinedWorld> newest;
        String name = world.spec().getName();
        synchronized (this) {
            worlds.ready(world.id(), new MemberView(world));
            newest = worlds.newestReady(name);
            served = waiters.stream()
                    .filter(waiter -> waiter.name().equals(name))
                    .toList();
        }
        newest.ifPresent(
                ready -> served.forEach(waiter -> complete(() -> waiter.world().complete(ready))));
    }

    synchronized void onEnded(long world, WorldState state, Optional<Failure> cause) {
        worlds.over(world, state, cause);
    }

    /** The newest that is READY; throws NOT_FOUND, UNAVAILABLE or BROKEN_WORLD. */
    synchronized JoinedWorld get(String name) {
        return worlds.newestReady(name).orElseThrow(() -> worlds.whyNone(name));
    }

    /** The newest that is READY, as soon as one is; fails with DEADLINE_EXCEEDED. */
    CompletableFuture<JoinedWorld> await(String name, Duration timeout) {
        Waiter waiter = new Waiter(name, timeout, new CompletableFuture<>());
        synchronized (this) {
            Optional<JoinedWorld> ready = worlds.newestReady(name);
            if (ready.isPresent()) {
                return CompletableFuture.completedFuture(ready.get());
            }
            if (closed) {
                return CompletableFuture.failedFuture(stopped());
            }
            waiters.add(waiter);
        }
        Future<?> timer = timers.schedule(() -> expire(waiter), timeout.toNanos(), TimeUnit.NANOSECONDS);
        var unused = waiter.world().whenComplete((world, failure) -> {
            timer.cancel(false);
            forget(waiter);
        });
        return waiter.world();
    }

    private synchronized void forget(Waiter waiter) {
        waiters.remove(waiter);
    }

    private void expire(Waiter waiter) {
        OrreryException late = late(waiter);
        complete(() -> waiter.world().completeExceptionally(late));
    }

    private synchronized OrreryException late(Waiter waiter) {
        return OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + waiter.timeout().toMillis() + " ms for a READY world '" + waiter.name() + "' at actor "
                        + label + ": " + worlds.summary(waiter.name()));
    }

    private OrreryException stopped() {
        return OrreryException.of(ErrorCode.CANCELLED, "actor " + label + " stops");
    }

    private void complete(Runnable completion) {
        try {
            completions.execute(completion);
        } catch (RejectedExecutionException e) {
            // The actor is over; nothing of it is to run any more.
            completion.run();
        }
    }

    /** Nobody waits any longer. */
    @Override
    public void close() {
        List<Waiter> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiters);
        }
        left.forEach(waiter -> complete(() -> waiter.world().completeExceptionally(stopped())));
        completions.shutdown();
    }
}
