package dev.orrery.nccl.port;

import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.transfer.IdleLooks;
import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import java.time.Duration;

/**
 * Looks for events for a short time after the last one before it waits for them: to be woken takes longer than most answers
 * take to come. For one event loop.
 */
final class SpinningSelect implements SelectStrategy {
    private final long spinNanos;
    private final NanoClock clock;
    private final IdleLooks idle = IdleLooks.onSockets();
    private long lastEvent;

    SpinningSelect(Duration spin, NanoClock clock) {
        this.spinNanos = idle.longest(spin.toNanos());
        this.clock = clock;
        this.lastEvent = clock.nanoTime();
    }

    @Override
    public int calculateStrategy(IntSupplier lookNow, boolean hasTasks) throws Exception {
        int events = lookNow.get();
        long now = clock.nanoTime();
        if (hasTasks || events > 0) {
            lastEvent = now;
            idle.afterLook(true);
            return events;
        }
        if (now - lastEvent >= spinNanos) {
            return SelectStrategy.SELECT;
        }
        idle.afterLook(false);
        return SelectStrategy.CONTINUE;
    }
}
