package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;

/** What a worker says to a call, without the worker. */
public final class CallAccess {
    private CallAccess() {}

    /** Whether {@code here} takes a call for {@code asked}. */
    public static boolean takes(ActorLife here, ActorLife asked) {
        try {
            new CallErrors("actor", here, "host", "log").requireLife(asked);
            return true;
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            return false;
        }
    }
}
