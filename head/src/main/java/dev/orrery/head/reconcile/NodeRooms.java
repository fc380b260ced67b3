package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Amounts;
import dev.orrery.head.placement.Demand;
import dev.orrery.head.placement.GpuNeed;
import dev.orrery.head.placement.GpuRoom;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.NodeSize;
import dev.orrery.head.placement.Place;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.Resources;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is taken and what is free on each node, and which of them can take anything. */
final class NodeRooms {
    private final Records records;
    private final Observed observed;
    private final Map<String, Amounts> used = new HashMap<>();
    /** What is taken of the slots of GPUs, in thousandths, by node. */
    private final Map<String, Long> slots = new HashMap<>();
    /** The same by node and UUID. */
    private final Map<String, Map<String, Long>> devices = new HashMap<>();

    NodeRooms(Records records, Observed observed) {
        this.records = records;
        this.observed = observed;
    }

    void take(Amounts amounts, GpuNeed gpus, Place place) {
        place.gpus().forEach(device -> take(place.node(), device, gpus.milliEach()));
        used.merge(place.node(), amounts, Amounts::plus);
        slots.merge(place.node(), gpus.milli(), Long::sum);
    }

    void take(String node, String device, long milli) {
        devices.computeIfAbsent(node, name -> new HashMap<>()).merge(device, milli, Long::sum);
    }

    Resources used(String node) {
        return used(counted(node), slots.getOrDefault(node, 0L));
    }

    /** @param milliGpus thousandths of slots */
    static Resources used(Amounts amounts, long milliGpus) {
        return amounts.toMessage().toBuilder()
                .setGpus((int) (milliGpus / PlacementRules.MILLI))
                .setMilliGpu((int) (milliGpus % PlacementRules.MILLI))
                .build();
    }

    private Amounts counted(String node) {
        return used.getOrDefault(node, Amounts.NONE);
    }

    /** How much of the GPU is taken, in thousandths of a slot. */
    long taken(String node, String device) {
        return devices.getOrDefault(node, Map.of()).getOrDefault(device, 0L);
    }

    /** Those that can take something now that needs that of GPUs. */
    List<NodeRecord> reachable(GpuNeed gpus) {
        return records.nodes().stream().filter(node -> isReachable(node, gpus)).toList();
    }

    boolean isReachable(NodeRecord node, GpuNeed gpus) {
        return NodeState.valueOf(node.getState()) == NodeState.ALIVE
                && observed.node(node.getNode())
                        .filter(SeenNode::connected)
                        .filter(seen -> seen.cannotLaunch().isEmpty())
                        // What still holds its GPUs is known by its report only.
                        .filter(seen -> gpus.isNone() || seen.reported())
                        .isPresent();
    }

    NodeRoom room(NodeRecord node, int peersThere) {
        Amounts total = Amounts.of(node.getResources());
        return new NodeRoom(
                node.getNode(),
                node.getLabelsMap(),
                total.minus(counted(node.getNode())),
                total,
                gpus(node, slots.getOrDefault(node.getNode(), 0L), devices.getOrDefault(node.getNode(), Map.of())),
                peersThere);
    }

    /**
     * Of a node with nothing on it but this.
     *
     * @param slots in thousandths, as what is taken of each device
     */
    static NodeRoom almostEmpty(NodeRecord node, Amounts amounts, long slots, Map<String, Long> devices) {
        Amounts total = Amounts.of(node.getResources());
        return new NodeRoom(
                node.getNode(), node.getLabelsMap(), total.minus(amounts), total, gpus(node, slots, devices), 0);
    }

    private static GpuRoom gpus(NodeRecord node, long slotsTaken, Map<String, Long> devicesTaken) {
        List<String> all =
                node.getGpus().getGpusList().stream().map(Gpu::getUuid).toList();
        return all.isEmpty()
                ? GpuRoom.ofSlots(node.getResources().getGpus(), slotsTaken)
                : GpuRoom.ofDevices(all, node.getGpus().getShare(), devicesTaken);
    }

    List<NodeSize> sizes() {
        return records.nodes().stream()
                .map(node -> new NodeSize(
                        node.getNode(),
                        node.getState(),
                        mayTakeActors(node),
                        node.getLabelsMap(),
                        Amounts.of(node.getResources()),
                        gpusOf(node)))
                .toList();
    }

    /** Now or soon: one of which nothing was heard for a moment is not gone. */
    static boolean mayTakeActors(NodeRecord node) {
        return switch (NodeState.valueOf(node.getState())) {
            case JOINING, ALIVE, SUSPECT -> true;
            case DRAINING, DRAINED, DEAD -> false;
        };
    }

    /** The most that one actor could get of them. */
    private static int gpusOf(NodeRecord node) {
        int devices = node.getGpus().getGpusCount();
        return devices > 0 ? devices : node.getResources().getGpus();
    }

    /** Of nodes that are there and would do for one of these, but can launch nothing. */
    List<String> obstacles(List<Demand> demands) {
        return records.nodes().stream()
                .filter(node -> NodeState.valueOf(node.getState()) == NodeState.ALIVE
                        && demands.stream().anyMatch(demand -> demand.allows(node.getNode(), node.getLabelsMap())))
                .flatMap(node ->
                        cannotLaunch(node.getNode()).map(why -> node.getNode() + " cannot launch: " + why).stream())
                .toList();
    }

    private Optional<String> cannotLaunch(String node) {
        return observed.node(node).flatMap(SeenNode::cannotLaunch);
    }

    /** Why nothing that needs that of GPUs can be placed there now, whatever is free; empty: it can. */
    String obstacle(String name, GpuNeed gpus) {
        Optional<NodeRecord> node = records.node(name);
        if (node.filter(known -> isReachable(known, gpus)).isPresent()) {
            return "";
        }
        String state = node.map(NodeRecord::getState).orElse("gone");
        return state.equals(NodeState.ALIVE.name())
                ? cannotLaunch(name)
                        .map(why -> "its node cannot launch: " + why)
                        .orElse("its node cannot be reached now")
                : "its node is " + state;
    }
}
