package dev.orrery.error;

/** {@link ErrorCode#ACTOR_DEAD}: the message begins with how it died. */
public final class ActorDeadException extends OrreryException {
    private static final long serialVersionUID = 1L;

    private final boolean mayHaveRun;

    ActorDeadException(Details details) {
        this(details, true);
    }

    private ActorDeadException(Details details, boolean mayHaveRun) {
        super(details);
        this.mayHaveRun = mayHaveRun;
    }

    /** The same death, as the error of a call that the actor had not begun. */
    public static ActorDeadException notBegun(OrreryException death) {
        return new ActorDeadException(
                new Details(ErrorCode.ACTOR_DEAD, death.detail(), death.ids(), death.failure(), null), false);
    }

    /** Whether the call that failed may have run, wholly or in part; false when it is known that the actor had not begun it. */
    public boolean mayHaveRun() {
        return mayHaveRun;
    }
}
