package dev.orrery.internal.output;

import java.time.Duration;

/**
 * How many lines were shown in this second, and what was left out in it. Immutable.
 *
 * @param perSecond most lines
 * @param beganNanos when the second began
 * @param leftOut of it
 * @param unreadBytes that were skipped in it without being made into lines
 */
record LineRate(int perSecond, long beganNanos, int shown, long leftOut, long unreadBytes) {
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * What is to be done now.
     *
     * @param show how many of the lines
     * @param toldLeftOut of the second that is over, if anything was
     * @param toldUnreadBytes likewise
     */
    record Step(LineRate next, int show, long toldLeftOut, long toldUnreadBytes) {
        boolean tells() {
            return toldLeftOut > 0 || toldUnreadBytes > 0;
        }
    }

    static LineRate of(int perSecond, long nowNanos) {
        return new LineRate(perSecond, nowNanos, 0, 0, 0);
    }

    /** @param lines that are there to be shown, which may be none: then what an earlier second left out may be due to be told */
    Step offer(int lines, long skippedBytes, long nowNanos) {
        boolean over = nowNanos - beganNanos >= SECOND_NANOS;
        LineRate second = over ? of(perSecond, nowNanos) : this;
        int show = Math.min(lines, perSecond - second.shown);
        LineRate next = new LineRate(
                perSecond,
                second.beganNanos,
                second.shown + show,
                second.leftOut + lines - show,
                second.unreadBytes + skippedBytes);
        return over ? new Step(next, show, leftOut, unreadBytes) : new Step(next, show, 0, 0);
    }

    /** What would be told if the second was over. */
    Step end() {
        return new Step(of(perSecond, beganNanos), 0, leftOut, unreadBytes);
    }
}
