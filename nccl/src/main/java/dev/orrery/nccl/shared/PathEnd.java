package dev.orrery.nccl.shared;

import dev.orrery.error.OrreryException;
import java.util.Optional;

/** How a path is to end, as far as that was asked. Changed on the control thread, read on any. */
final class PathEnd {
    private volatile Optional<OrreryException> ending = Optional.empty();
    private volatile Optional<OrreryException> aborted = Optional.empty();
    private volatile boolean cut;
    private volatile boolean keepsArrived = true;

    void end(OrreryException why, boolean keepArrived) {
        if (ending.isEmpty()) {
            ending = Optional.of(why);
        }
        keepsArrived &= keepArrived;
    }

    void cut() {
        cut = ending.isPresent();
    }

    void abort(OrreryException why) {
        if (aborted.isEmpty()) {
            aborted = Optional.of(why);
        }
    }

    /** In good order. */
    Optional<OrreryException> ending() {
        return ending;
    }

    Optional<OrreryException> aborted() {
        return aborted;
    }

    /** What is still to come fails with this. */
    Optional<OrreryException> why() {
        return aborted.or(() -> ending);
    }

    /** What is not delivered is given up. */
    boolean isCut() {
        return cut;
    }

    /** Whether what the peer sent can still be received. */
    boolean keepsArrived() {
        return keepsArrived;
    }
}
