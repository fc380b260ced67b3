package dev.orrery.worker;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Stamp;

/** What a worker makes of an assignment that comes in. */
enum AssignmentDecision {
    /** At least as new as the present one. */
    FOLLOW,
    /** Overtaken by a later one. */
    OLDER,
    /** Meant for another life of the actor, or for another actor. */
    OTHER_LIFE;

    static AssignmentDecision on(ActorLife self, Stamp present, Stamp offered, ActorLife meant) {
        if (!meant.equals(self)) {
            return OTHER_LIFE;
        }
        boolean older = offered.getEpoch() < present.getEpoch()
                || (offered.getEpoch() == present.getEpoch() && offered.getSequence() < present.getSequence());
        return older ? OLDER : FOLLOW;
    }
}
