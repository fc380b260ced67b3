package dev.orrery.head.view;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.NodeDrainReconciler;
import dev.orrery.head.reconcile.PlacementGroups;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.LeftThere;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What still is on a node that is being drained, and why. */
final class LeftOnNode {
    private LeftOnNode() {}

    static List<LeftThere> of(ClusterState state, Rooms rooms, NodeRecord node) {
        if (NodeState.valueOf(node.getState()) != NodeState.DRAINING) {
            return List.of();
        }
        Stream<LeftThere> actors = state.records().actors().stream()
                .filter(actor -> Lives.isPlaced(actor) && actor.getNode().equals(node.getNode()))
                .map(actor -> LeftThere.newBuilder()
                        .setLife(Lives.lifeOf(actor))
                        .setLabel(actor.getLabel())
                        .setReason(reason(state.records(), rooms, actor))
                        .build());
        Stream<LeftThere> bundles =
                PlacementGroups.reservedOn(state.records(), node.getNode()).map(LeftOnNode::bundle);
        return Stream.concat(actors, bundles).toList();
    }

    private static LeftThere bundle(PlacementGroups.Reserved reserved) {
        return LeftThere.newBuilder()
                .setLabel("bundle %d of %s"
                        .formatted(reserved.bundle().getNumber(), PlacementGroups.describe(reserved.group())))
                .setReason("moves when there is room for it elsewhere, and all that is in it may move")
                .build();
    }

    private static String reason(Records records, Rooms rooms, ActorRecord actor) {
        if (Lives.stateOf(actor) == ActorState.DRAINING) {
            return "is being stopped";
        }
        if (Lives.isPlain(actor) || Lives.isGateway(actor)) {
            return ofWhatMoves(records, rooms, actor);
        }
        Optional<ReplicaRecord> replica = records.replicas(actor.getPipeline()).stream()
                .filter(candidate -> candidate.getActor().equals(actor.getActor()))
                .findFirst();
        return replica.map(known -> ofReplica(records, rooms, actor, known)).orElse("its pipeline is being undeployed");
    }

    private static String ofWhatMoves(Records records, Rooms rooms, ActorRecord actor) {
        if (NodeDrainReconciler.mayMove(records, actor)) {
            return rooms.fits(actor) ? "is about to be moved" : nowhere(rooms, actor);
        }
        return Lives.isPlain(actor)
                ? "may not restart (restarts 0), so it stays until it ends"
                : "moves last, when the pipeline's replicas have";
    }

    private static String ofReplica(Records records, Rooms rooms, ActorRecord actor, ReplicaRecord replica) {
        if (Lives.isDraining(replica)) {
            return "finishes its requests";
        }
        Optional<ReplicaRecord> replacement = NodeDrainReconciler.replacementOf(records, replica);
        if (replacement.isPresent()) {
            return "is being replaced by %s, which is %s"
                    .formatted(replacement.get().getReplica(), replacement.get().getState());
        }
        Optional<String> turn = NodeDrainReconciler.nodeInTurn(records, replica.getPipeline(), replica.getStage());
        if (turn.isPresent() && !turn.get().equals(actor.getNode())) {
            return "waits until node " + turn.get() + " is drained of its stage";
        }
        return rooms.fits(actor) ? "is about to be replaced" : nowhere(rooms, actor);
    }

    private static String nowhere(Rooms rooms, ActorRecord actor) {
        return "fits nowhere else, so it stays: " + rooms.explain(actor);
    }
}
