package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Amounts;
import dev.orrery.head.placement.BundleMisfit;
import dev.orrery.head.placement.BundleRoom;
import dev.orrery.head.placement.Demand;
import dev.orrery.head.placement.GpuNeed;
import dev.orrery.head.placement.GroupDemand;
import dev.orrery.head.placement.GroupMisfit;
import dev.orrery.head.placement.Misfit;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.Place;
import dev.orrery.head.placement.Placement;
import dev.orrery.head.placement.Reservation;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.NodeChoice.Policy;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is free on the nodes, and in the bundles of placement groups, while actors and bundles are being placed one after the
 * other.
 */
public final class Rooms {
    private record StageOnNode(String node, String pipeline, String stage) {}

    private final Records records;
    private final Observed observed;
    private final Settings settings;
    private final NodeRooms nodes;
    private final BundleRooms bundles = new BundleRooms();
    private final Map<StageOnNode, Integer> peers = new HashMap<>();
    /** Those that may take actors without GPUs, by node and in order; empty until the first of these is placed. */
    private final Map<String, NodeRoom> open = new HashMap<>();

    private final NavigableSet<NodeRoom> inOrder = new TreeSet<>(Placement.LEAST_LOADED_FIRST);

    public Rooms(Records records, Observed observed, Settings settings) {
        this.records = records;
        this.observed = observed;
        this.settings = settings;
        this.nodes = new NodeRooms(records, observed);
        PlacementGroups.reserved(records).forEach(reserved -> take(reserved.group(), reserved.bundle()));
        records.actors().stream().filter(Lives::isPlaced).forEach(actor -> take(actor, takes(actor), placeOf(actor)));
        observed.nodes().values().forEach(this::takeWhatIsLeft);
    }

    private static Place placeOf(ActorRecord actor) {
        Place place = new Place(actor.getNode(), actor.getGpusList());
        return PlacementGroups.isInGroup(actor) ? place.in(actor.getBundle()) : place;
    }

    /** A life that is over by its record may still have a process, and with that its GPUs, of which it had as much as its next one needs. */
    private void takeWhatIsLeft(SeenNode node) {
        String name = node.hello().getNode();
        for (WorkerReport worker : node.workers()) {
            Optional<ActorRecord> actor = records.actor(worker.getLife().getActor());
            boolean counted = actor.filter(known -> Lives.isPlaced(known)
                            && known.getNode().equals(name)
                            && Lives.lifeOf(known).equals(worker.getLife()))
                    .isPresent();
            if (!counted && worker.getState() != WorkerState.EXITED) {
                worker.getGpusList().forEach(device -> takeLeft(name, device, actor));
            }
        }
    }

    private void takeLeft(String node, String device, Optional<ActorRecord> actor) {
        int milli = actor.map(this::gpus).orElse(GpuNeed.UNKNOWN).milliEach();
        if (!bundles.takeLeft(node, device, milli, actor)) {
            nodes.take(node, device, milli);
        }
    }

    /** Chooses a node and GPUs for the actor and takes the room there; empty when it fits nowhere. */
    public Optional<Place> place(ActorRecord actor) {
        Demand demand = demand(actor);
        Optional<Place> place = choose(demand, actor);
        place.ifPresent(chosen -> {
            take(actor, demand.amounts(), chosen);
            update(chosen.node());
        });
        return place;
    }

    private Optional<Place> choose(Demand demand, ActorRecord actor) {
        if (PlacementGroups.isInGroup(actor)) {
            return Placement.chooseBundle(demand, candidates(actor));
        }
        return demand.gpus().isNone() ? chooseFirst(demand, actor) : Placement.choose(demand, rooms(actor));
    }

    private Optional<Place> chooseFirst(Demand demand, ActorRecord actor) {
        if (open.isEmpty()) {
            nodes.reachable(GpuNeed.NONE).forEach(node -> add(nodes.room(node, 0)));
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
            records.node(node).ifPresent(record -> add(nodes.room(record, 0)));
        }
    }

    /** Chooses room for these bundles of the group and takes it, by their numbers; none when they do not all fit. */
    Map<Integer, Place> reserve(PlacementGroupRecord group, List<BundleRecord> wanted) {
        GroupDemand demand = GroupNeeds.demand(group, wanted);
        Reservation reservation = Reservation.of(demand, roomsFor(demand));
        Map<Integer, Place> places = new TreeMap<>();
        if (reservation.isComplete()) {
            for (int i = 0; i < wanted.size(); i++) {
                Place place = reservation.places().get(i);
                places.put(wanted.get(i).getNumber(), place);
                take(group, GroupNeeds.at(wanted.get(i), place));
                update(place.node());
            }
        }
        return places;
    }

    private List<NodeRoom> roomsFor(GroupDemand demand) {
        GpuNeed most = demand.bundles().stream()
                .map(Demand::gpus)
                .max(Comparator.comparingLong(GpuNeed::milli))
                .orElse(GpuNeed.NONE);
        return nodes.reachable(most).stream().map(node -> nodes.room(node, 0)).toList();
    }

    /** Why the actor is not placed. */
    public String explain(ActorRecord actor) {
        Demand demand = demand(actor);
        return PlacementGroups.isInGroup(actor)
                ? explainInGroup(actor, demand)
                : new Misfit(demand, rooms(actor), nodes.sizes()).explain(nodes.obstacles(List.of(demand)));
    }

    private String explainInGroup(ActorRecord actor, Demand demand) {
        Optional<PlacementGroupRecord> group = records.placementGroup(PlacementGroups.groupOf(actor));
        if (group.filter(PlacementGroups::isWanted).isEmpty()) {
            return group.map(PlacementGroups::whyRemoved)
                    .orElseGet(() -> "placement group " + PlacementGroups.groupOf(actor) + " is gone");
        }
        List<BundleRoom> candidates = candidates(actor);
        if (candidates.isEmpty()) {
            return PlacementGroups.noSuchBundle(
                    group.get(), actor.getSpec().getNodeChoice().getBundle());
        }
        String why = new BundleMisfit(demand, PlacementGroups.describe(group.get()), candidates).explain();
        boolean allWait =
                candidates.stream().allMatch(bundle -> bundle.room().node().isEmpty());
        return allWait ? why + "; " + explain(group.get()) : why;
    }

    /** Why bundles of the group wait; empty: none does. */
    public String explain(PlacementGroupRecord group) {
        List<List<BundleRecord>> waiting = PlacementGroups.waiting(group);
        if (waiting.isEmpty()) {
            return "";
        }
        GroupMisfit misfit = misfit(group, waiting.get(0));
        String why = misfit.explain(nodes.obstacles(misfit.group().bundles()));
        int later = waiting.stream().skip(1).mapToInt(List::size).sum();
        return later == 0 ? why : why + "; bundles that were added later wait, too: " + later;
    }

    /** Whether bundles of it wait for which the nodes that are there would not do, even with nothing else on them. */
    public boolean neverFits(PlacementGroupRecord group) {
        return PlacementGroups.waiting(group).stream()
                .anyMatch(wanted -> misfit(group, wanted).neverFits());
    }

    private GroupMisfit misfit(PlacementGroupRecord group, List<BundleRecord> wanted) {
        GroupDemand demand = GroupNeeds.demand(group, wanted);
        List<NodeRoom> empty = records.nodes().stream()
                .filter(NodeRooms::mayTakeActors)
                .map(node -> GroupNeeds.emptyRoom(node, group, wanted))
                .toList();
        return new GroupMisfit(demand, roomsFor(demand), empty, nodes.sizes());
    }

    public boolean fits(ActorRecord actor) {
        Demand demand = demand(actor);
        return PlacementGroups.isInGroup(actor)
                ? candidates(actor).stream().anyMatch(bundle -> bundle.fits(demand))
                : Placement.choose(demand, rooms(actor)).isPresent();
    }

    /** Whether nothing that is there will do and is large enough, even with nothing else on it. */
    public boolean neverFits(ActorRecord actor) {
        Demand demand = demand(actor);
        return PlacementGroups.isInGroup(actor)
                ? candidates(actor).stream().noneMatch(bundle -> bundle.holds(demand))
                : nodes.sizes().stream().noneMatch(node -> node.holds(demand));
    }

    /** The bundles that the actor may live in; none when its group is gone. */
    private List<BundleRoom> candidates(ActorRecord actor) {
        GpuNeed gpus = gpus(actor);
        return records.placementGroup(PlacementGroups.groupOf(actor))
                .filter(PlacementGroups::isWanted)
                .map(group ->
                        bundles.candidates(group, actor.getSpec().getNodeChoice(), node -> nodes.obstacle(node, gpus)))
                .orElse(List.of());
    }

    /** With all that bundles hold, whatever is in them. */
    public Resources used(String node) {
        return nodes.used(node);
    }

    /** What actors and workers of tasks have of a bundle. */
    public Resources used(PlacementGroupRecord group, int bundle) {
        return bundles.used(group, bundle);
    }

    /** How many actors and workers of tasks live in a bundle. */
    public int actors(PlacementGroupRecord group, int bundle) {
        return bundles.actors(group, bundle);
    }

    /** How much of the GPU is taken, in thousandths of a slot. */
    public long taken(String node, String device) {
        return nodes.taken(node, device);
    }

    private void take(ActorRecord actor, Amounts amounts, Place place) {
        GpuNeed gpus = gpus(actor);
        if (!bundles.take(actor, amounts, gpus, place)) {
            nodes.take(amounts, gpus, place);
        }
        peers.merge(new StageOnNode(place.node(), actor.getPipeline(), actor.getStage()), 1, Integer::sum);
    }

    /** The bundle has its room. */
    private void take(PlacementGroupRecord group, BundleRecord bundle) {
        Resources need = bundle.getNeed().getResources();
        nodes.take(Amounts.of(need), GpuNeed.of(need), new Place(bundle.getNode(), bundle.getGpusList()));
        bundles.add(group, bundle);
    }

    /** What it has of its node: while its user code waits for a task, this one, or others, may have its CPUs. */
    private Amounts takes(ActorRecord actor) {
        boolean lends = observed.worker(actor.getNode(), Lives.lifeOf(actor))
                .filter(WorkerReport::getLendsCpus)
                .isPresent();
        Amounts amounts = Amounts.of(need(actor));
        return lends ? amounts.withoutCpus() : amounts;
    }

    private List<NodeRoom> rooms(ActorRecord actor) {
        return nodes.reachable(gpus(actor)).stream()
                .map(node -> nodes.room(node, peers(node.getNode(), actor)))
                .toList();
    }

    private int peers(String node, ActorRecord actor) {
        return peers.getOrDefault(new StageOnNode(node, actor.getPipeline(), actor.getStage()), 0);
    }

    private Demand demand(ActorRecord actor) {
        Resources need = need(actor);
        if (Lives.isPlain(actor)) {
            String plain = actor.getSpec().getRunsTasks() ? "a worker for tasks" : "actor '" + actor.getLabel() + "'";
            return new Demand(
                    plain, Amounts.of(need), GpuNeed.of(need), actor.getSpec().getNodeChoice());
        }
        String replica = actor.getLabel().substring(actor.getLabel().indexOf('/') + 1);
        String who = Lives.isGateway(actor)
                ? "the gateway of pipeline " + actor.getPipeline()
                : "stage " + actor.getStage() + " replica " + replica;
        return new Demand(who, Amounts.of(need), GpuNeed.of(need), stageChoice(actor));
    }

    private NodeChoice stageChoice(ActorRecord actor) {
        return records.pipeline(actor.getPipeline())
                .filter(pipeline -> !Lives.isGateway(actor))
                .map(pipeline -> Lives.stage(pipeline, actor.getStage()).getNodeChoice())
                .orElse(NodeChoice.getDefaultInstance());
    }

    private GpuNeed gpus(ActorRecord actor) {
        return GpuNeed.of(need(actor));
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
