package dev.orrery.agent.slot;

import java.time.Duration;

/**
 * How long a slot may stay in a state.
 *
 * @param open from the wish for a life to the end of the user's {@code open()}
 * @param stop from the request to stop to SIGKILL
 * @param killAgain between attempts to kill
 */
public record SlotTimes(Duration open, Duration stop, Duration killAgain) {
    /** Time from entering {@code state}; only those states have a deadline of their own. */
    Duration in(SlotState state) {
        return switch (state) {
            case PREPARING -> open;
            case STOPPING, TERMINATING -> stop.dividedBy(2);
            case KILLING -> killAgain;
            // The deadline of PREPARING counts on: users think of starting as one thing.
            case LAUNCHING, REGISTERING, RUNNING, CLEARING, EXITED -> Duration.ZERO;
        };
    }

    boolean keepsDeadline(SlotState state) {
        return in(state).isZero();
    }
}
