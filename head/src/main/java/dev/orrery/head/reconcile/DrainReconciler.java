package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ReplicaEvent;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.WorkerReport;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes DRAINING replicas down: the gateway routes around one and holds no request there (or the drain deadline is over
 * and it has replayed them), then its actor drains, then the records go.
 */
public final class DrainReconciler implements Reconciler {
    @Override
    public void reconcile(Draft draft) {
        for (ReplicaRecord replica : draft.replicas()) {
            if (Lives.isDraining(replica)) {
                drain(draft, replica);
            }
        }
    }

    private static void drain(Draft draft, ReplicaRecord replica) {
        Optional<ActorRecord> actor = draft.records().actorOf(replica);
        if (actor.isEmpty()) {
            draft.fire(replica, ReplicaEvent.STOPPED, "its actor is gone");
            return;
        }
        switch (Lives.stateOf(actor.get())) {
            case DEAD -> {
                draft.write(Write.delete(actor.get()));
                draft.fire(replica, ReplicaEvent.STOPPED, "its actor is stopped");
            }
            case ALIVE ->
                whyDrained(draft, replica, actor.get())
                        .ifPresent(why -> draft.fire(actor.get(), ActorEvent.DRAIN_ASKED, why));
            case PENDING, STARTING, RESTARTING -> draft.fire(actor.get(), ActorEvent.DRAIN_ASKED, "it served nobody");
            case DRAINING -> {}
        }
    }

    private static Optional<String> whyDrained(Draft draft, ReplicaRecord replica, ActorRecord actor) {
        Optional<PipelineRecord> pipeline = draft.records().pipeline(replica.getPipeline());
        Optional<ActorRecord> gateway =
                pipeline.flatMap(draft.records()::gateway).filter(Lives::isAlive);
        if (pipeline.isEmpty() || gateway.isEmpty()) {
            return Optional.of("no gateway holds requests for it");
        }
        Duration deadline =
                Duration.ofMillis(pipeline.get().getSpec().getPolicy().getDrainDeadlineMillis());
        if (draft.memory().inState(replica, draft.nowNanos()).compareTo(deadline) > 0) {
            return Optional.of("the drain deadline of " + deadline.toMillis() + " ms is over");
        }
        boolean idle = draft.observed()
                .worker(gateway.get().getNode(), Lives.lifeOf(gateway.get()))
                .filter(WorkerReport::hasGateway)
                .filter(worker -> isIdle(draft, replica.getPipeline(), Lives.lifeOf(actor), worker.getGateway()))
                .isPresent();
        return idle ? Optional.of("the gateway holds no request there") : Optional.empty();
    }

    private static boolean isIdle(Draft draft, String pipeline, ActorLife life, GatewayReport gateway) {
        boolean around =
                draft.told().routesAround(pipeline, life, gateway.getRoutingEpoch(), gateway.getRoutingVersion());
        return around
                && gateway.getLeavingList().stream()
                        .noneMatch(load -> load.getLife().equals(life) && load.getInFlight() > 0);
    }
}
