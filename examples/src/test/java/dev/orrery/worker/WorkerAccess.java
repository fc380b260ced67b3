package dev.orrery.worker;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Stamp;

/** What a worker decides, without the worker. */
public final class WorkerAccess {
    private WorkerAccess() {}

    /** Whether a worker of {@code self} follows an assignment. */
    public static boolean follows(ActorLife self, Stamp present, Stamp offered, ActorLife meant) {
        return AssignmentDecision.on(self, present, offered, meant) == AssignmentDecision.FOLLOW;
    }
}
