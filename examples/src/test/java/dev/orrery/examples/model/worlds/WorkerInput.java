package dev.orrery.examples.model.worlds;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;

/** What happens to a worker. */
sealed interface WorkerInput {
    record Assigned(Stamp stamp, DesiredWorker desired) implements WorkerInput {}

    record WorldReady(WorldSpec spec, int rank) implements WorkerInput {}

    /** @param caused whether a peer is the cause of it */
    record WorldOver(long world, WorldState state, boolean caused) implements WorkerInput {}

    /** A message comes over a world. */
    record Delivered(StageMessageHeader header) implements WorkerInput {}

    // ---- replicas ----

    record StageRuns() implements WorkerInput {}

    record LinkUp(ActorLife gateway) implements WorkerInput {}

    record LinkDown(ActorLife gateway) implements WorkerInput {}

    record Cancelled(ActorLife gateway, CancelAttempt cancel) implements WorkerInput {}

    // ---- gateways ----

    record Attached(ActorLife replica, String label, int link) implements WorkerInput {}

    record LinkLost(ActorLife replica, int link) implements WorkerInput {}

    record Noticed(ActorLife replica, ReplicaNotice notice) implements WorkerInput {}

    record Submitted(int request, long waiter) implements WorkerInput {}

    /** The client's connection is gone. */
    record Detached(long waiter) implements WorkerInput {}

    /** The table before the newest one comes once more. */
    record OldTable() implements WorkerInput {}

    record Moment() implements WorkerInput {}
}
