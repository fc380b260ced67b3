package dev.orrery.agent;

import java.time.Duration;

/** Begins something once, when no life has been on its way to serve for a while, or waiting has taken too long. */
final class WhenQuiet {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final Runnable action;
    private final long createdNanos;
    private long lastBusyNanos;
    private boolean begun;

    /** @param action must not block */
    WhenQuiet(Runnable action, long nowNanos) {
        this.action = action;
        this.createdNanos = nowNanos;
        this.lastBusyNanos = nowNanos;
    }

    void tick(boolean busy, long nowNanos) {
        if (busy) {
            lastBusyNanos = nowNanos;
        }
        boolean due = nowNanos - lastBusyNanos >= QUIET.toNanos() || nowNanos - createdNanos >= LONGEST_WAIT.toNanos();
        if (due && !begun) {
            begun = true;
            action.run();
        }
    }
}
