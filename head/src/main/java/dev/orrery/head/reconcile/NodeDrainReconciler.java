package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.ReplicaEvent;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.StageSpec;
import java.util.List;
import java.util.Optional;

/**
 * Empties DRAINING nodes. A replica gets a replacement elsewhere and drains once that serves and no stage would miss it; of
 * a stage, one node's replicas at a time. The gateway moves last. Plain actors that may restart move; others stay until they
 * end. What fits nowhere else stays and serves.
 */
public final class NodeDrainReconciler implements Reconciler {
    @Override
    public void reconcile(Draft draft) {
        for (PipelineRecord pipeline : draft.pipelines()) {
            if (Lives.isWanted(pipeline)) {
                pipeline.getSpec().getStagesList().forEach(stage -> move(draft, pipeline, stage));
            }
        }
        List<ActorRecord> leaving = draft.records().nodes().stream()
                .filter(node -> NodeState.valueOf(node.getState()) == NodeState.DRAINING)
                .flatMap(node -> draft.records().actorsOn(node.getNode()).stream())
                .toList();
        if (!leaving.isEmpty()) {
            moveActors(draft, leaving);
        }
    }

    /** Whether it is on a node that is being drained. */
    public static boolean isLeaving(Records records, ActorRecord actor) {
        return Lives.isPlaced(actor)
                && records.node(actor.getNode())
                        .filter(node -> NodeState.valueOf(node.getState()) == NodeState.DRAINING)
                        .isPresent();
    }

    static boolean isLeaving(Draft draft, ReplicaRecord replica) {
        return !Lives.isDraining(replica)
                && draft.records()
                        .actorOf(replica)
                        .filter(actor -> isLeaving(draft.records(), actor))
                        .isPresent();
    }

    /** The one that is to take its place. */
    public static Optional<ReplicaRecord> replacementOf(Records records, ReplicaRecord replaced) {
        return records.replicas(replaced.getPipeline()).stream()
                .filter(replica -> replica.getReplaces().equals(replaced.getReplica()) && !Lives.isDraining(replica))
                .findFirst();
    }

    /** The node that this stage's replicas leave now: another one's turn comes when none of the stage is left there. */
    public static Optional<String> nodeInTurn(Records records, String pipeline, String stage) {
        return records.replicas(pipeline).stream()
                .filter(replica ->
                        replica.getStage().equals(stage) && !Lives.isDraining(replica) && !Lives.isReplacement(replica))
                .flatMap(replica -> records.actorOf(replica).stream())
                .filter(actor -> isLeaving(records, actor))
                .map(ActorRecord::getNode)
                .min(String::compareTo);
    }

    private static void move(Draft draft, PipelineRecord pipeline, StageSpec stage) {
        List<ReplicaRecord> replicas = draft
                .records()
                .replicas(pipeline.getSpec().getName())
                .stream()
                .filter(replica -> replica.getStage().equals(stage.getName()) && !Lives.isDraining(replica))
                .toList();
        replicas.stream().filter(Lives::isReplacement).forEach(replacement -> takeAway(draft, replicas, replacement));
        Optional<String> node = nodeInTurn(draft.records(), pipeline.getSpec().getName(), stage.getName());
        if (node.isEmpty()) {
            return;
        }
        List<ReplicaRecord> leaving = replicas.stream()
                .filter(replica -> !Lives.isReplacement(replica)
                        && isLeaving(draft, replica)
                        && draft.records()
                                .actorOf(replica)
                                .map(ActorRecord::getNode)
                                .equals(node))
                .toList();
        replace(draft, pipeline, leaving);
        leaving.forEach(replica -> letGo(draft, pipeline, replica));
    }

    /** What it was to replace stays, or is gone. */
    private static void takeAway(Draft draft, List<ReplicaRecord> replicas, ReplicaRecord replacement) {
        boolean needed = replicas.stream()
                .filter(replica -> replica.getReplica().equals(replacement.getReplaces()))
                .anyMatch(replica -> isLeaving(draft, replica));
        if (!needed) {
            draft.fire(
                    replacement,
                    ReplicaEvent.DRAIN_ASKED,
                    replacement.getReplaces() + " needs no replacement any more");
        }
    }

    private static void replace(Draft draft, PipelineRecord pipeline, List<ReplicaRecord> leaving) {
        List<ReplicaRecord> without = leaving.stream()
                .filter(replica -> replacementOf(draft.records(), replica).isEmpty())
                .toList();
        if (without.isEmpty()) {
            return;
        }
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        // Those that wait for room already come first.
        draft.records().actors().stream()
                .filter(actor ->
                        Lives.stateOf(actor) == ActorState.PENDING || Lives.stateOf(actor) == ActorState.RESTARTING)
                .forEach(rooms::place);
        for (ReplicaRecord replica : without) {
            ActorRecord actor = draft.records().actorOf(replica).orElseThrow();
            if (rooms.place(actor).isPresent()) {
                ReplicaRecord replacement = PipelineReconciler.replacement(draft, pipeline, replica);
                draft.reason(
                        replica.getPipeline(),
                        "replica %s/%s: is to replace %s, whose node %s is being drained"
                                .formatted(
                                        replica.getPipeline(),
                                        replacement.getReplica(),
                                        replica.getReplica(),
                                        actor.getNode()));
            }
        }
    }

    private static void letGo(Draft draft, PipelineRecord pipeline, ReplicaRecord replica) {
        Optional<ReplicaRecord> serving = replacementOf(draft.records(), replica)
                .filter(replacement -> Lives.stateOf(replacement) == ReplicaState.SERVING);
        if (serving.isPresent() && !StageCover.of(draft.records(), pipeline).misses(replica)) {
            draft.write(Write.put(serving.get().toBuilder().clearReplaces().build()));
            draft.fire(
                    replica,
                    ReplicaEvent.DRAIN_ASKED,
                    "its node is being drained, and " + serving.get().getReplica() + " serves instead");
        }
    }

    private static void moveActors(Draft draft, List<ActorRecord> leaving) {
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        for (ActorRecord actor : leaving) {
            boolean lives = Lives.stateOf(actor) == ActorState.STARTING || Lives.isAlive(actor);
            if (lives && mayMove(draft.records(), actor) && rooms.place(actor).isPresent()) {
                String why = "node " + actor.getNode() + " is being drained";
                draft.fire(
                        ActorReconciler.endedBlameless(draft, actor, Causes.of("moved", why)), ActorEvent.MOVED, why);
            }
        }
    }

    /** Whether it lives on elsewhere as soon as there is room. */
    public static boolean mayMove(Records records, ActorRecord actor) {
        if (Lives.isPlain(actor)) {
            return RestartBudget.of(records, actor).whateverEndsIt();
        }
        return Lives.isGateway(actor)
                && records.pipeline(actor.getPipeline()).filter(Lives::isWanted).isPresent()
                && replicasAreDone(records, actor);
    }

    /** Requests wait while the gateway moves, so nothing else of the pipeline is to be moved then. */
    private static boolean replicasAreDone(Records records, ActorRecord gateway) {
        return records.replicas(gateway.getPipeline()).stream()
                .noneMatch(replica -> Lives.isDraining(replica)
                        || Lives.isReplacement(replica)
                        || records.actorOf(replica).map(ActorRecord::getNode).equals(Optional.of(gateway.getNode())));
    }
}
