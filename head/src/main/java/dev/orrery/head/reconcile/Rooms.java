package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Demand;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.Placement;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.Resources;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is free on the nodes, while actors are being placed one after the other. */
public final class Rooms {
    private record StageOnNode(String node, String pipeline, String stage) {}

    private final Records records;
    private final Observed observed;
    private final Settings settings;
    private final Map<String, Resources> used = new HashMap<>();
    private final Map<StageOnNode, Integer> peers = new HashMap<>();

    public Rooms(Records records, Observed observed, Settings settings) {
        this.records = records;
        this.observed = observed;
        this.settings = settings;
        records.actors().stream().filter(Lives::isPlaced).forEach(actor -> take(actor, actor.getNode()));
    }

    /** Chooses a node for the actor and takes the room there; empty when it fits nowhere. */
    Optional<String> place(ActorRecord actor) {
        Optional<String> node = Placement.choose(demand(actor), rooms(actor));
        node.ifPresent(name -> take(actor, name));
        return node;
    }

    /** Why the actor is not placed. */
    public String explain(ActorRecord actor) {
        return Placement.explain(demand(actor), rooms(actor));
    }

    public boolean fits(ActorRecord actor) {
        return Placement.choose(demand(actor), rooms(actor)).isPresent();
    }

    public Resources used(String node) {
        return used.getOrDefault(node, Resources.getDefaultInstance());
    }

    private void take(ActorRecord actor, String node) {
        Resources need = need(actor);
        Resources before = used(node);
        used.put(
                node,
                Resources.newBuilder()
                        .setMilliCpus(before.getMilliCpus() + need.getMilliCpus())
                        .setGpus(before.getGpus() + need.getGpus())
                        .build());
        peers.merge(new StageOnNode(node, actor.getPipeline(), actor.getStage()), 1, Integer::sum);
    }

    private List<NodeRoom> rooms(ActorRecord actor) {
        return records.nodes().stream()
                .filter(this::isReachable)
                .map(node -> room(node, actor))
                .toList();
    }

    private boolean isReachable(NodeRecord node) {
        return NodeState.valueOf(node.getState()) == NodeState.ALIVE
                && observed.node(node.getNode())
                        .filter(Observed.SeenNode::connected)
                        .isPresent();
    }

    private NodeRoom room(NodeRecord node, ActorRecord actor) {
        Resources total = node.getResources();
        Resources taken = used(node.getNode());
        return new NodeRoom(
                node.getNode(),
                total.getMilliCpus() - taken.getMilliCpus(),
                total.getGpus() - taken.getGpus(),
                total.getMilliCpus(),
                peers.getOrDefault(new StageOnNode(node.getNode(), actor.getPipeline(), actor.getStage()), 0));
    }

    private Demand demand(ActorRecord actor) {
        Resources need = need(actor);
        if (Lives.isPlain(actor)) {
            return new Demand("actor '" + actor.getLabel() + "'", need.getMilliCpus(), need.getGpus());
        }
        String replica = actor.getLabel().substring(actor.getLabel().indexOf('/') + 1);
        String who = Lives.isGateway(actor)
                ? "the gateway of pipeline " + actor.getPipeline()
                : "stage " + actor.getStage() + " replica " + replica;
        return new Demand(who, need.getMilliCpus(), need.getGpus());
    }

    private Resources need(ActorRecord actor) {
        if (Lives.isPlain(actor)) {
            return actor.getSpec().getResources();
        }
        Optional<PipelineRecord> pipeline = records.pipeline(actor.getPipeline());
        return pipeline.map(record -> need(record, actor, settings)).orElse(Resources.getDefaultInstance());
    }

    public static Resources need(PipelineRecord pipeline, ActorRecord actor, Settings settings) {
        return Lives.isGateway(actor)
                ? Resources.newBuilder()
                        .setMilliCpus(settings.gatewayMilliCpus())
                        .build()
                : Lives.stage(pipeline, actor.getStage()).getResources();
    }
}
