package dev.orrery.nccl.watchdog;

import java.time.Duration;
import java.util.Optional;

/**
 * Judges how long nothing was heard. A judge whose own tick comes late (this process was paused, so what it should have
 * heard may wait unread) discards the verdict and begins a new window.
 *
 * @param sinceNanos when something was heard last, or the window began
 * @param lastTickNanos when this was judged last
 */
public record SilenceWindow(long sinceNanos, long lastTickNanos) {
    /**
     * @param limitNanos silence that lasts longer is too long
     * @param tickNanos how often {@link SilenceWindow#tick} is called
     */
    public record Limits(long limitNanos, long tickNanos) {
        private static final int LATE_FRACTION = 4;

        /** Ticks that are further apart than this are not trusted. */
        long lateNanos() {
            return tickNanos + limitNanos / LATE_FRACTION;
        }
    }

    /**
     * @param next the window to go on with
     * @param silentFor present when the silence is too long
     */
    public record Judgement(SilenceWindow next, Optional<Duration> silentFor) {}

    public static SilenceWindow startingAt(long now) {
        return new SilenceWindow(now, now);
    }

    public SilenceWindow heard(long now) {
        return new SilenceWindow(now, lastTickNanos);
    }

    public Judgement tick(long now, Limits limits) {
        if (now - lastTickNanos > limits.lateNanos()) {
            return new Judgement(startingAt(now), Optional.empty());
        }
        long silent = now - sinceNanos;
        return new Judgement(
                new SilenceWindow(sinceNanos, now),
                silent > limits.limitNanos() ? Optional.of(Duration.ofNanos(silent)) : Optional.empty());
    }
}
