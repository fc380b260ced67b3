package dev.orrery.agent.supervisor;

import java.util.Collection;
import java.util.Optional;

/**
 * Finds out which workers have been without a connection for too long. Only time in which this agent was awake counts: after
 * a pause of its own, which ends all connections, everybody has the whole time again.
 */
final class SilenceWatch {
    /** Ticks come ten times as often. */
    private static final long LATE_NANOS = 1_000_000_000L;

    private final long limitNanos;
    private Optional<Long> lastTick = Optional.empty();

    SilenceWatch(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    void tick(Collection<WorkerSlot> slots, long now) {
        boolean late = lastTick.filter(last -> now - last > LATE_NANOS).isPresent();
        lastTick = Optional.of(now);
        for (WorkerSlot slot : slots) {
            if (slot.isConnected() || slot.awaySince.isEmpty()) {
                slot.awaySince = Optional.empty();
                slot.silent = false;
            } else if (late) {
                slot.awaySince = Optional.of(now);
            } else {
                slot.silent = now - slot.awaySince.get() >= limitNanos;
            }
        }
    }
}
