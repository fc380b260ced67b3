package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How an {@link ActorPool} gives out calls.
 *
 * @param callsPerActor how many of the pool's calls an actor has at a time; those beyond the first wait there
 * @param maxWaiting how many calls may wait in the pool while no actor is free
 * @param deadline for each call, from the call to its result: the wait in the pool counts
 */
public record ActorPoolOptions(int callsPerActor, int maxWaiting, Duration deadline) {
    private static final int MOST_CALLS = 1_000_000;

    public ActorPoolOptions {
        List<String> errors = new ArrayList<>();
        if (callsPerActor < 1 || callsPerActor > MOST_CALLS) {
            errors.add("callsPerActor must be from 1 to " + MOST_CALLS + ", not " + callsPerActor);
        }
        if (maxWaiting < 0 || maxWaiting > MOST_CALLS) {
            errors.add("maxWaiting must be from 0 to " + MOST_CALLS + ", not " + maxWaiting);
        }
        if (!UserDurations.fits(deadline)) {
            errors.add(UserDurations.complaint("deadline", deadline));
        }
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, String.join("; ", errors));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options; {@link #build()} checks them all. */
    public static final class Builder {
        private int callsPerActor = 1;
        private int maxWaiting = 10_000;
        private Duration deadline = Duration.ofMinutes(1);

        private Builder() {}

        /** Default 1. With more, an actor has its next call at hand when it ends one, and a slow one keeps others waiting. */
        public Builder callsPerActor(int value) {
            callsPerActor = value;
            return this;
        }

        /** One more fails with ACTOR_OVERLOADED; 0: none waits. Default 10,000. */
        public Builder maxWaiting(int value) {
            maxWaiting = value;
            return this;
        }

        /** A millisecond to a year. It takes the place of {@link ActorRef#within}. Default a minute. */
        public Builder deadline(Duration value) {
            deadline = value;
            return this;
        }

        /** Throws INVALID_ARGUMENT, listing everything that does not hold. */
        public ActorPoolOptions build() {
            return new ActorPoolOptions(callsPerActor, maxWaiting, deadline);
        }
    }
}
