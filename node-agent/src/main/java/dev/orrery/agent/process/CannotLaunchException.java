package dev.orrery.agent.process;

import java.io.Serial;

/** This node can launch no worker now, whichever: nothing was started. */
public final class CannotLaunchException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public CannotLaunchException(String why) {
        super(why);
    }
}
