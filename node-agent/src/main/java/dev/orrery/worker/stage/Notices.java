package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReplicaNotice;

/** The way to the gateways. Nothing blocks; what is said to a gateway without a link is lost, as it replays anyway. */
interface Notices {
    void tell(ActorLife gateway, ReplicaNotice notice);

    void tellAll(ReplicaNotice notice);
}
