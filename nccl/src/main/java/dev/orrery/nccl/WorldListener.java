package dev.orrery.nccl;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import java.util.Optional;

/**
 * Told of each change of a world's state, in order for each world, on a thread of the world manager: must not block.
 */
@FunctionalInterface
public interface WorldListener {
    /** What a process exits with that had to end by {@link #onStuck}. */
    int STUCK_EXIT_CODE = 75;

    /** @param cause with BROKEN (always), and with CLOSED when a peer closed the world (who) */
    void onState(long world, WorldState state, Optional<Failure> cause);

    /**
     * This process has to end, and another one to take its place: what a world did cannot be ended (an abort of NCCL's hangs,
     * a device is lost). Ends the process unless it is overridden.
     */
    default void onStuck(Failure cause) {
        Runtime.getRuntime().halt(STUCK_EXIT_CODE);
    }
}
