package dev.orrery.error;

/**
 * {@link ErrorCode#POISONED_REQUEST}: the request was in flight on replicas that died three times, the third time all
 * alone, so it is not sent to a fourth. The message names the three, with the logs of their workers; {@link #failure()}
 * begins with the first death. Requests that only shared a replica with it are answered.
 */
public final class PoisonedRequestException extends OrreryException {
    private static final long serialVersionUID = 1L;

    PoisonedRequestException(Details details) {
        super(details);
    }
}
