package dev.orrery.internal.rpc;

import dev.orrery.internal.time.NanoClock;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A channel without a socket, on whose event loop time passes only as a test says. */
class FrozenChannel extends EmbeddedChannel {
    FrozenChannel() {
        freezeTime();
    }

    NanoClock clock() {
        return ((AbstractScheduledEventExecutor) eventLoop()).ticker()::nanoTime;
    }

    /** And does what is due by then. */
    void pass(Duration time) {
        advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        runScheduledPendingTasks();
        runPendingTasks();
    }
}
