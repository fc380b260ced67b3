package dev.orrery.internal.pool;

import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.Optional;

/** What the end of a call at an actor of a pool says of the two. */
enum PoolEnd {
    /** The actor goes on; the end is the caller's. */
    ANSWERED,
    /** The actor is dead and had not begun the call, so another one gets it. */
    NOT_BEGUN,
    /** The actor is dead and may have run the call, so nobody else gets it: the end is the caller's. */
    LOST;

    /** @param failure none: there is a result */
    static PoolEnd of(Optional<Throwable> failure) {
        return failure.filter(why -> why instanceof OrreryException known && known.code() == ErrorCode.ACTOR_DEAD)
                .map(death -> death instanceof ActorDeadException told && !told.mayHaveRun() ? NOT_BEGUN : LOST)
                .orElse(ANSWERED);
    }
}
