package dev.orrery.error;

/** {@link ErrorCode#ACTOR_FAILED}: the message begins with the user's exception. */
public final class ActorFailedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ActorFailedException(Details details) {
        super(details);
    }
}
