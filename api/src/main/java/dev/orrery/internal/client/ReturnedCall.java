package dev.orrery.internal.client;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorWhereabouts.Dialled;

/** A sent call that came back unanswered. */
record ReturnedCall(ActorCall call, Dialled from, CallEnd end, OrreryException why) {
    /** Because of the actor's death. */
    void fail(OrreryException death) {
        if (end == CallEnd.NOT_RUN) {
            call.fail(death);
        } else {
            call.failUnknown(death);
        }
    }
}
