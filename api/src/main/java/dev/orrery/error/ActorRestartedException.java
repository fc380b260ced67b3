package dev.orrery.error;

/** {@link ErrorCode#ACTOR_RESTARTED}: the message begins with how the life ended. Whether the call has run is not known. */
public final class ActorRestartedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ActorRestartedException(Details details) {
        super(details);
    }
}
