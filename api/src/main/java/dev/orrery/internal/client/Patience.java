package dev.orrery.internal.client;

import java.time.Duration;

/**
 * How long a request is waited for.
 *
 * @param whole until it is answered
 * @param forGateway until a gateway is reached, at the first time; from then on the gateway may have accepted it
 */
record Patience(Duration whole, Duration forGateway) {
    /** Bounds the wait when only the gateway knows the deadline. */
    private static final Duration LONGEST_DEFAULT_DEADLINE = Duration.ofMinutes(10);

    static Patience of(Duration deadline) {
        return new Patience(deadline, deadline);
    }

    /** For a request whose deadline is the pipeline's own, which is not known here. */
    static Patience untilTheGatewaySays(Duration forGateway) {
        return new Patience(LONGEST_DEFAULT_DEADLINE, forGateway);
    }
}
