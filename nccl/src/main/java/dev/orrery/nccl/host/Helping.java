package dev.orrery.nccl.host;

import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.transfer.IdleLooks;
import dev.orrery.nccl.transfer.PeerPath;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a thread that waits for an operation does meanwhile: moves the data of some paths. */
final class Helping {
    private static final int LOOKS_PER_CLOCK = 16;
    private static final Limits UNLIMITED = new Limits(Long.MAX_VALUE, false);

    private final Supplier<List<PeerPath>> paths;
    private final LongSupplier spinNanos;
    private final NanoClock clock;
    private final Kind kind;

    /** What is waited for. */
    enum Kind {
        /** It ends as soon as there is room: where others make that, looking on takes the core that they need. */
        SEND,
        /** It may end any moment. */
        ANSWER
    }

    /** @param spinNanos how long to look on without finding anything, at this moment */
    Helping(Kind kind, Supplier<List<PeerPath>> paths, LongSupplier spinNanos, NanoClock clock) {
        this.kind = kind;
        this.paths = paths;
        this.spinNanos = spinNanos;
        this.clock = clock;
    }

    /** Returns when it is done, or when nothing moves. */
    void until(Future<?> wanted) {
        until(wanted, UNLIMITED);
    }

    /**
     * Returns when it is done, when that time is over, when nothing moves, or when the thread is interrupted, which stays
     * so.
     *
     * @return how much of the time is left
     */
    long untilInterrupted(Future<?> wanted, long nanos) {
        return until(wanted, new Limits(nanos, true));
    }

    private record Limits(long nanos, boolean interruptible) {
        boolean interrupted() {
            return interruptible && Thread.currentThread().isInterrupted();
        }
    }

    private long until(Future<?> wanted, Limits limits) {
        List<PeerPath> movable = paths.get();
        if (wanted.isDone()) {
            for (PeerPath path : movable) {
                path.visited();
            }
            return limits.nanos();
        }
        boolean canHelp = false;
        for (PeerPath path : movable) {
            canHelp |= path.canHelp();
        }
        if (kind == Kind.SEND && !canHelp) {
            return limits.nanos();
        }
        IdleLooks idle = canHelp ? IdleLooks.onMemory() : IdleLooks.onSockets();
        movable.forEach(PeerPath::helping);
        try {
            return spin(wanted, movable, idle, limits);
        } finally {
            // A path that believes itself helped is looked after by nobody else.
            boolean waiting = !wanted.isDone();
            movable.forEach(path -> path.helped(waiting));
        }
    }

    /** Returns how much of the time is left. */
    private long spin(Future<?> wanted, List<PeerPath> movable, IdleLooks idle, Limits limits) {
        long start = clock.nanoTime();
        long lastMove = start;
        long longestLook = idle.longest(spinNanos.getAsLong());
        for (int look = 1; !wanted.isDone() && !limits.interrupted(); look++) {
            boolean moved = false;
            for (PeerPath path : movable) {
                moved |= path.help();
            }
            if (moved || idle.isSlow() || look % LOOKS_PER_CLOCK == 0) {
                long now = clock.nanoTime();
                lastMove = moved ? now : lastMove;
                boolean silent = isSilent(now - lastMove, longestLook, movable);
                if (silent || now - start >= limits.nanos()) {
                    break;
                }
            }
            idle.afterLook(moved);
        }
        return Math.max(0, limits.nanos() - (clock.nanoTime() - start));
    }

    /** Too long to expect anything soon. */
    private static boolean isSilent(long nanos, long longestLook, List<PeerPath> movable) {
        return nanos > longestLook && (nanos > IdleLooks.inStream(longestLook) || !streams(movable));
    }

    private static boolean streams(List<PeerPath> movable) {
        for (PeerPath path : movable) {
            if (path.streams()) {
                return true;
            }
        }
        return false;
    }
}
