package dev.orrery;

import dev.orrery.tensor.Device;
import dev.orrery.world.JoinedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What an actor can know of itself and of its worlds. Any thread of its worker may use it. */
public interface ActorContext {
    /** The id of the actor, unique in the cluster for ever. */
    String actor();

    /**
     * Which life of the actor this is; counts from 1. A later life has a higher number, so what an actor writes to can refuse
     * what an earlier one still had under way.
     */
    long incarnation();

    /** Whether a life of the actor ended before this one; what was in it is gone, but for what it {@linkplain Checkpointable saved}. */
    default boolean restarted() {
        return incarnation() > 1;
    }

    /** The name that the actor was started with. */
    Optional<String> name();

    /** The namespace of its name, and of the names that it gives and finds through {@link #orrery}. */
    String namespace();

    /** The GPUs that are this actor's, as many as it asked for; none where CUDA or NCCL is off. */
    default List<Device> devices() {
        return List.of();
    }

    /**
     * The cluster, for what this actor starts and calls itself. It is a {@linkplain Orrery#job job} of its own: actors that are
     * started through it end with this life, but for detached ones. What is started takes this actor's artifacts along. Made at
     * the first call; closed by the framework. Throws UNAVAILABLE while the node agent has not told where heads are, CANCELLED
     * when this life ends.
     */
    Orrery orrery();

    /**
     * Saves the state of an actor that is {@link Checkpointable}, as it is now: {@link Checkpointable#checkpoint} has returned when this
     * does. Within a call, on its own thread, the call is answered once the state is saved, and fails with CHECKPOINT_FAILED if that
     * cannot be; nobody needs to wait for the future. Throws UNSUPPORTED for an actor that is not {@link Checkpointable}, UNAVAILABLE
     * before it has started.
     *
     * @return done when the next life would get this state, or a later one. Fails with CHECKPOINT_TOO_LARGE, or CHECKPOINT_FAILED: what
     *     {@code checkpoint} threw, no leader for half a minute, another life follows this one, the cluster keeps as much as it may
     */
    CompletableFuture<Void> saveCheckpoint();

    /**
     * Ends this actor, by its own wish: it begins no more calls, those under way end (one that waits for a stage fails), it is closed
     * when it is {@link AutoCloseable}, and no next life follows, whatever its {@link ActorBuilder#restarts}. What it has begun by then
     * is answered; later calls fail with ACTOR_DEAD. Returns at once; idempotent.
     */
    void exit();

    /**
     * The newest READY world of that name of which this actor is a member; does not wait. Throws NOT_FOUND when there never
     * was one here, UNAVAILABLE when the first one is still FORMING, BROKEN_WORLD (the failure tells why) when the newest
     * broke or was closed and no newer one is READY.
     */
    JoinedWorld world(String name);

    /**
     * As {@link #world}, but waits for one that is READY: also when none is there yet, or the newest broke. Fails with
     * DEADLINE_EXCEEDED, which tells what became of the newest one.
     */
    CompletableFuture<JoinedWorld> awaitWorld(String name, Duration timeout);
}
