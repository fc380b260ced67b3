package dev.orrery.gateway.core;

import dev.orrery.error.OrreryException;
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
    private final RequestErrors errors;

    ReplayPolicy(GatewayOptions options, RequestErrors errors) {
        this.options = options;
        this.errors = errors;
    }

    /** The error that ends the request, if it may not. */
    Optional<OrreryException> objection(Request request, Cause latest) {
        if (request.suspicion().isPoisoned()) {
            return Optional.of(errors.poisoned(request));
        }
        return isSpent(request) ? Optional.of(errors.attemptsExhausted(request, latest.name())) : Optional.empty();
    }

    /**
     * Deaths have a bound of their own: whoever only shared replicas with a poisoned request does not pay for that with
     * attempts. A pipeline that allows one attempt wants none of its requests to be processed twice, whatever happens.
     */
    private boolean isSpent(Request request) {
        int spared = options.maxAttempts() == 1 ? 0 : request.suspicion().attemptsLost();
        return request.attempts() - spared >= options.maxAttempts();
    }
}
