package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Amounts;
import dev.orrery.head.placement.Demand;
import dev.orrery.head.placement.GpuRoom;
import dev.orrery.head.placement.Misfit;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.NodeSize;
import dev.orrery.head.placement.Place;
import dev.orrery.head.placement.Placement;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.NodeChoice.Policy;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** What is free on the nodes, while actors are being placed one after the other. */
public final class Rooms {
    private record StageOnNode(String node, String pipeline, String stage) {}

    private final Records records;
    private final Observed observed;
    private final Settings settings;
    private final Map<String, Amounts> used = new HashMap<>();
    /** Slots of GPUs that are taken, by node. */
    private final Map<String, Integer> slots = new HashMap<>();

    private final Map<StageOnNode, Integer> peers = new HashMap<>();
    /** By node and UUID. */
    private final Map<String, Map<String, Integer>> devices = new HashMap<>();
    /** Those that may take actors without GPUs, by node and in order; empty until the first of these is placed. */
    private final Map<String, NodeRoom> open = new HashMap<>();

    private final NavigableSet<NodeRoom> inOrder = new TreeSet<>(Placement.LEAST_LOADED_FIRST);

    public Rooms(Records records, Observed observed, Settings settings) {
        this.records = records;
        this.observed = observed;
        this.settings = settings;
        records.actors().stream()
                .filter(Lives::isPlaced)
                .forEach(actor -> take(actor, takes(actor), new Place(actor.getNode(), actor.getGpusList())));
        observed.nodes().values().forEach(this::takeWhatIsLeft);
    }

    /** A life that is over by its record may still have a process, and with that its GPUs. */
    private void takeWhatIsLeft(SeenNode node) {
        String name = node.hello().getNode();
        for (WorkerReport worker : node.workers()) {
            boolean counted = records.actor(worker.getLife().getActor())
                    .filter(actor -> Lives.isPlaced(actor)
                            && actor.getNode().equals(name)
                            && Lives.lifeOf(actor).equals(worker.getLife()))
                    .isPresent();
            if (!counted && worker.getState() != WorkerState.EXITED) {
                worker.getGpusList().forEach(device -> take(name, device));
            }
        }
    }

    /** Chooses a node and GPUs for the actor and takes the room there; empty when it fits nowhere. */
    public Optional<Place> place(ActorRecord actor) {
        Demand demand = demand(actor);
        Optional<Place> place = demand.gpus() > 0 ? Placement.choose(demand, rooms(actor)) : chooseFirst(demand, actor);
        place.ifPresent(chosen -> {
            take(actor, demand.amounts(), chosen);
            update(chosen.node());
        });
        return place;
    }

    private Optional<Place> chooseFirst(Demand demand, ActorRecord actor) {
        if (open.isEmpty()) {
            records.nodes().stream().filter(node -> isReachable(node, 0)).forEach(node -> add(room(node, 0)));
        }
        return demand.choice().getPolicy() == Policy.PACK
                ? Placement.choose(demand, inOrder)
                : Placement.chooseFirst(demand, inOrder, room -> peers(room.node(), actor));
    }

    private void add(NodeRoom room) {
        open.put(room.node(), room);
        inOrder.add(room);
    }

    private void update(String node) {
        NodeRoom before = open.remove(node);
        if (before != null) {
            inOrder.remove(before);
            records.node(node).ifPresent(record -> add(room(record, 0)));
        }
    }

    /** Why the actor is not placed. */
    public String explain(ActorRecord actor) {
        Demand demand = demand(actor);
        return new Misfit(demand, rooms(actor), sizes()).explain(obstacles(demand));
    }

    public boolean fits(ActorRecord actor) {
        return Placement.choose(demand(actor), rooms(actor)).isPresent();
    }

    public Resources used(String node) {
        return counted(node).toMessage().toBuilder()
                .setGpus(slots.getOrDefault(node, 0))
                .build();
    }

    private Amounts counted(String node) {
        return used.getOrDefault(node, Amounts.NONE);
    }

    /** How many slots of the GPU are taken. */
    public int taken(String node, String device) {
        return devices.getOrDefault(node, Map.of()).getOrDefault(device, 0);
    }

    private void take(String node, String device) {
        devices.computeIfAbsent(node, name -> new HashMap<>()).merge(device, 1, Integer::sum);
    }

    private void take(ActorRecord actor, Amounts amounts, Place place) {
        String node = place.node();
        place.gpus().forEach(device -> take(node, device));
        used.merge(node, amounts, Amounts::plus);
        slots.merge(node, need(actor).getGpus(), Integer::sum);
        peers.merge(new StageOnNode(node, actor.getPipeline(), actor.getStage()), 1, Integer::sum);
    }

    /** What it has of its node: while its user code waits for a task, this one, or others, may have its CPUs. */
    private Amounts takes(ActorRecord actor) {
        boolean lends = observed.worker(actor.getNode(), Lives.lifeOf(actor))
                .filter(WorkerReport::getLendsCpus)
                .isPresent();
        Amounts amounts = Amounts.of(need(actor));
        return lends ? amounts.withoutCpus() : amounts;
    }

    /** Whether no node that is there will do and is large enough, even with nothing else on it. */
    public boolean neverFits(ActorRecord actor) {
        Demand demand = demand(actor);
        return sizes().stream().noneMatch(node -> node.holds(demand));
    }

    private List<NodeSize> sizes() {
        return records.nodes().stream()
                .map(node -> new NodeSize(
                        node.getNode(),
                        node.getState(),
                        mayTakeActors(NodeState.valueOf(node.getState())),
                        node.getLabelsMap(),
                        Amounts.of(node.getResources()),
                        gpusOf(node)))
                .toList();
    }

    /** Now or soon: one of which nothing was heard for a moment is not gone. */
    private static boolean mayTakeActors(NodeState state) {
        return switch (state) {
            case JOINING, ALIVE, SUSPECT -> true;
            case DRAINING, DRAINED, DEAD -> false;
        };
    }

    /** The most that one actor could get of them. */
    private static int gpusOf(NodeRecord node) {
        int devices = node.getGpus().getGpusCount();
        return devices > 0 ? devices : node.getResources().getGpus();
    }

    /** Of nodes that are there and would do, but can launch nothing. */
    private List<String> obstacles(Demand demand) {
        return records.nodes().stream()
                .filter(node -> NodeState.valueOf(node.getState()) == NodeState.ALIVE
                        && demand.allows(node.getNode(), node.getLabelsMap()))
                .flatMap(node -> observed
                        .node(node.getNode())
                        .flatMap(SeenNode::cannotLaunch)
                        .map(why -> node.getNode() + " cannot launch: " + why)
                        .stream())
                .toList();
    }

    private List<NodeRoom> rooms(ActorRecord actor) {
        return records.nodes().stream()
                .filter(node -> isReachable(node, need(actor).getGpus()))
                .map(node -> room(node, peers(node.getNode(), actor)))
                .toList();
    }

    private boolean isReachable(NodeRecord node, int gpus) {
        return NodeState.valueOf(node.getState()) == NodeState.ALIVE
                && observed.node(node.getNode())
                        .filter(SeenNode::connected)
                        .filter(seen -> seen.cannotLaunch().isEmpty())
                        // What still holds its GPUs is known by its report only.
                        .filter(seen -> gpus == 0 || seen.reported())
                        .isPresent();
    }

    private int peers(String node, ActorRecord actor) {
        return peers.getOrDefault(new StageOnNode(node, actor.getPipeline(), actor.getStage()), 0);
    }

    private NodeRoom room(NodeRecord node, int peersThere) {
        Amounts total = Amounts.of(node.getResources());
        return new NodeRoom(
                node.getNode(),
                node.getLabelsMap(),
                total.minus(counted(node.getNode())),
                total,
                gpus(node),
                peersThere);
    }

    private GpuRoom gpus(NodeRecord node) {
        List<String> all =
                node.getGpus().getGpusList().stream().map(Gpu::getUuid).toList();
        return all.isEmpty()
                ? GpuRoom.ofSlots(node.getResources().getGpus(), slots.getOrDefault(node.getNode(), 0))
                : GpuRoom.ofDevices(all, node.getGpus().getShare(), devices.getOrDefault(node.getNode(), Map.of()));
    }

    private Demand demand(ActorRecord actor) {
        Resources need = need(actor);
        if (Lives.isPlain(actor)) {
            String plain = actor.getSpec().getRunsTasks() ? "a worker for tasks" : "actor '" + actor.getLabel() + "'";
            return new Demand(
                    plain, Amounts.of(need), need.getGpus(), actor.getSpec().getNodeChoice());
        }
        String replica = actor.getLabel().substring(actor.getLabel().indexOf('/') + 1);
        String who = Lives.isGateway(actor)
                ? "the gateway of pipeline " + actor.getPipeline()
                : "stage " + actor.getStage() + " replica " + replica;
        return new Demand(who, Amounts.of(need), need.getGpus(), stageChoice(actor));
    }

    private NodeChoice stageChoice(ActorRecord actor) {
        return records.pipeline(actor.getPipeline())
                .filter(pipeline -> !Lives.isGateway(actor))
                .map(pipeline -> Lives.stage(pipeline, actor.getStage()).getNodeChoice())
                .orElse(NodeChoice.getDefaultInstance());
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
