package dev.orrery.nccl;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import java.util.Optional;

/**
 * Told of each change of a world's state, in order for each world, on a thread of the world manager: must not block.
 */
@FunctionalInterface
public interface WorldListener {
    /** @param cause with BROKEN (always), and with CLOSED when a peer closed the world (who) */
    void onState(long world, WorldState state, Optional<Failure> cause);
}
