package dev.orrery.gateway.core;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.Map;
import java.util.Optional;

/** Whether a request that lost its attempt may be sent once more. */
final class ReplayPolicy {
    /** Why attempts end without an answer. */
    enum Cause {
        REPLICA_LOST,
        WORLD_BROKEN,
        REFUSED,
        DRAINED
    }

    private final GatewayOptions options;

    ReplayPolicy(GatewayOptions options) {
        this.options = options;
    }

    /** The error that ends the request, if it may not. */
    Optional<OrreryException> objection(Request request, Cause latest) {
        if (request.attempts() < options.maxAttempts()) {
            return Optional.empty();
        }
        return Optional.of(OrreryException.of(
                ErrorCode.ATTEMPTS_EXHAUSTED,
                "the request was sent %d times, as often as its pipeline allows, and each time was lost (last %s): %s"
                        .formatted(request.attempts(), latest, String.join("; ", request.causes())),
                Map.of("pipeline", options.pipeline(), "request", request.key().toString())));
    }
}
