package dev.orrery.error;

/** {@link ErrorCode#ACTOR_DEAD}: the message begins with how it died. */
public final class ActorDeadException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ActorDeadException(Details details) {
        super(details);
    }
}
