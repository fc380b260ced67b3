package dev.orrery.nccl.host;

import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.transfer.PeerPath;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a thread that waits for an operation does meanwhile: moves the data of some paths. */
final class Helping {
    private static final int LOOKS_PER_CLOCK = 16;

    private final Supplier<List<PeerPath>> paths;
    private final LongSupplier spinNanos;
    private final NanoClock clock;

    /** @param spinNanos how long to look on without finding anything, at this moment */
    Helping(Supplier<List<PeerPath>> paths, LongSupplier spinNanos, NanoClock clock) {
        this.paths = paths;
        this.spinNanos = spinNanos;
        this.clock = clock;
    }

    void until(Future<?> wanted) {
        until(wanted, Long.MAX_VALUE);
    }

    /** Returns when it is done, when that time is over, or when nothing moves. */
    void until(Future<?> wanted, long nanos) {
        if (wanted.isDone()) {
            return;
        }
        List<PeerPath> movable = paths.get();
        if (movable.stream().noneMatch(PeerPath::canHelp)) {
            return;
        }
        movable.forEach(PeerPath::helping);
        try {
            spin(wanted, movable, nanos);
        } finally {
            // A path that believes itself helped is looked after by nobody else.
            boolean waiting = !wanted.isDone();
            movable.forEach(path -> path.helped(waiting));
        }
    }

    private void spin(Future<?> wanted, List<PeerPath> movable, long nanos) {
        long start = clock.nanoTime();
        long lastMove = start;
        long limit = spinNanos.getAsLong();
        for (int look = 1; !wanted.isDone(); look++) {
            boolean moved = false;
            for (PeerPath path : movable) {
                moved |= path.help();
            }
            if (moved || look % LOOKS_PER_CLOCK == 0) {
                long now = clock.nanoTime();
                lastMove = moved ? now : lastMove;
                if (now - lastMove > limit || now - start > nanos) {
                    return;
                }
            }
            if (!moved) {
                Thread.onSpinWait();
            }
        }
    }
}
