package dev.orrery.nccl.world;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.link.Links;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a world needs of its process. */
record WorldSurroundings(WorldOptions options, ControlThread control, Links links, WorldListener listener) {
    private static final Logger log = LoggerFactory.getLogger(WorldSurroundings.class);

    /** A listener that throws must not leave a world half-way. */
    void tell(long world, WorldState state, Optional<Failure> cause) {
        try {
            listener.onState(world, state, cause);
        } catch (RuntimeException e) {
            log.error("world {}: the listener threw when told of {}", Long.toHexString(world), state, e);
        }
    }

    void stuck(long world, Failure cause) {
        log.error("world {}: this process has to end: {}", Long.toHexString(world), cause.summary());
        try {
            listener.onStuck(cause);
        } catch (RuntimeException e) {
            log.error(
                    "world {}: the listener threw when told that this process has to end", Long.toHexString(world), e);
        }
    }
}
