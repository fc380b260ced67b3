package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.NodeChoice.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Demand SMALL = demand(500, 0);

    private static final GpuRoom NO_GPUS = GpuRoom.ofSlots(0, 0);

    private static Optional<String> choose(Demand demand, List<NodeRoom> rooms) {
        return Placement.choose(demand, rooms).map(Place::node);
    }

    private static Demand demand(long milliCpus, int gpus) {
        return demand(milliCpus, gpus, Policy.EVEN);
    }

    private static Demand demand(long milliCpus, int gpus, Policy policy) {
        return new Demand(
                "stage encode replica encode-2",
                new Amounts(milliCpus, 0, Map.of()),
                GpuNeed.whole(gpus),
                NodeChoice.newBuilder().setPolicy(policy).build());
    }

    private static NodeRoom room(String node, long freeMilliCpus, int freeGpus, int peers) {
        return room(node, freeMilliCpus, GpuRoom.ofSlots(freeGpus, 0), 4000, peers);
    }

    private static NodeRoom room(String node, long freeMilliCpus, GpuRoom gpus, long totalMilliCpus, int peers) {
        return new NodeRoom(
                node,
                Map.of(),
                new Amounts(freeMilliCpus, 0, Map.of()),
                new Amounts(totalMilliCpus, 0, Map.of()),
                gpus,
                peers);
    }

    @Test
    void takesTheLeastLoadedNode() {
        assertEquals(Optional.of("b"), choose(SMALL, List.of(room("a", 1000, 0, 0), room("b", 2000, 0, 0))));
    }

    @Test
    void choosesTheSameFromRoomsInOrder() {
        long seed = Long.getLong("orrery.seed", 20_240_708L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            Demand demand = demand(500, 0, round % 2 == 0 ? Policy.EVEN : Policy.SPREAD);
            Map<String, Integer> peers = new TreeMap<>();
            List<NodeRoom> rooms = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                String node = "node-" + i;
                peers.put(node, random.nextInt(3));
                rooms.add(room(node, random.nextInt(5) * 250L, NO_GPUS, 4000, peers.get(node)));
            }
            List<NodeRoom> inOrder =
                    rooms.stream().sorted(Placement.LEAST_LOADED_FIRST).toList();
            assertEquals(
                    choose(demand, rooms),
                    Placement.chooseFirst(demand, inOrder, room -> peers.get(room.node()))
                            .map(Place::node),
                    rooms::toString);
        }
    }

    @Test
    void loadIsRelativeToTheNodesSize() {
        NodeRoom large = room("large", 3000, NO_GPUS, 16_000, 0);
        NodeRoom small = room("small", 2000, NO_GPUS, 2000, 0);
        assertEquals(Optional.of("small"), choose(SMALL, List.of(large, small)));
    }

    @Test
    void spreadsTheReplicasOfAStageBeforeItLooksAtTheLoad() {
        assertEquals(Optional.of("a"), choose(SMALL, List.of(room("a", 1000, 0, 0), room("b", 4000, 0, 1))));
    }

    @Test
    void equalNodesGoByName() {
        assertEquals(Optional.of("a"), choose(SMALL, List.of(room("b", 1000, 0, 0), room("a", 1000, 0, 0))));
    }

    @Test
    void gpusMustBeFree() {
        Demand demand = demand(500, 1);
        assertEquals(Optional.of("b"), choose(demand, List.of(room("a", 4000, 0, 0), room("b", 1000, 1, 0))));
    }

    @Test
    void theLeastUsedGpusOfTheLeastUsedNodeAreTaken() {
        Demand demand = demand(0, 2);
        NodeRoom busy = room("a", 4000, devices(2, "A1", "A1", "A2"), 4000, 0);
        NodeRoom free = room("b", 1000, devices(2, "B2"), 4000, 0);
        assertEquals(Optional.of(new Place("b", List.of("B1", "B3"))), Placement.choose(demand, List.of(busy, free)));
    }

    /** Of the name's first letter and 1 to 3. */
    private static GpuRoom devices(int share, String... taken) {
        String node = taken[0].substring(0, 1);
        Map<String, Long> counts = new TreeMap<>();
        List.of(taken).forEach(device -> counts.merge(device, 1_000L, Long::sum));
        return GpuRoom.ofDevices(List.of(node + 1, node + 2, node + 3), share, counts);
    }

    @Test
    void oneActorsGpusAreDifferentOnes() {
        NodeRoom room = room("a", 4000, devices(2, "A1", "A1", "A2", "A2"), 4000, 0);
        assertEquals(Optional.of(new Place("a", List.of("A3"))), Placement.choose(demand(0, 1), List.of(room)));
        Demand two = demand(0, 2);
        assertEquals(Optional.empty(), Placement.choose(two, List.of(room)));
        assertEquals("2 gpus on 1 device", room.gpus().toString());
    }

    @Test
    void aGpuIsNotTakenBeyondItsShare() {
        NodeRoom full = room("a", 4000, devices(1, "A1", "A2", "A3"), 4000, 0);
        assertEquals(Optional.empty(), Placement.choose(demand(0, 1), List.of(full)));
        NodeRoom beyond = room("a", 4000, devices(1, "A1", "A1", "A2", "A3"), 4000, 0);
        assertEquals(Optional.empty(), Placement.choose(demand(0, 1), List.of(beyond)));
    }

    @Test
    void gpusThatWentDoNotKeepOutWhatNeedsNone() {
        NodeRoom fewer = room("a", 4000, GpuRoom.ofSlots(1, 2_000), 4000, 0);
        assertEquals(Optional.of("a"), choose(SMALL, List.of(fewer)));
    }

    @Test
    void aStageThatNeedsNothingFitsAFullNode() {
        assertEquals(Optional.of("a"), choose(demand(0, 0), List.of(room("a", 0, 0, 0))));
        assertEquals(Optional.empty(), choose(demand(1, 0), List.of(room("a", 0, 0, 0))));
    }

    @Test
    void spreadTakesTheLeastLoadedHoweverManyPeersItHas() {
        Demand demand = demand(500, 0, Policy.SPREAD);
        assertEquals(Optional.of("b"), choose(demand, List.of(room("a", 1000, 0, 0), room("b", 4000, 0, 9))));
    }

    @Test
    void packTakesTheMostLoadedThatHasRoom() {
        Demand demand = demand(500, 0, Policy.PACK);
        List<NodeRoom> rooms =
                List.of(room("a", 4000, 0, 0), room("b", 499, 0, 0), room("c", 500, 0, 3), room("d", 500, 0, 0));
        assertEquals(Optional.of("c"), choose(demand, rooms), "equal ones go by name, whatever peers they have");
    }

    @Test
    void withGpusTheirLoadDecidesFirst() {
        NodeRoom busy = room("a", 4000, GpuRoom.ofSlots(4, 3_000), 4000, 0);
        NodeRoom idle = room("b", 1000, GpuRoom.ofSlots(4, 1_000), 4000, 5);
        assertEquals(Optional.of("b"), choose(demand(0, 1, Policy.SPREAD), List.of(busy, idle)));
        assertEquals(Optional.of("a"), choose(demand(0, 1, Policy.PACK), List.of(busy, idle)));
    }

    private static NodeRoom withMore(String node, Amounts free, Map<String, String> labels) {
        return new NodeRoom(node, labels, free, new Amounts(4000, 4000, Map.of("tpu", 4000L)), NO_GPUS, 0);
    }

    @Test
    void memoryAndNamedResourcesMustBeFree() {
        NodeRoom memory = withMore("a", new Amounts(4000, 4000, Map.of("tpu", 999L)), Map.of());
        NodeRoom named = withMore("b", new Amounts(4000, 999, Map.of("tpu", 4000L)), Map.of());
        NodeRoom both = withMore("c", new Amounts(1000, 1000, Map.of("tpu", 1000L)), Map.of());
        Demand demand = new Demand(
                "x", new Amounts(0, 1000, Map.of("tpu", 1000L)), GpuNeed.NONE, NodeChoice.getDefaultInstance());
        assertEquals(Optional.of("c"), choose(demand, List.of(memory, named, both)));
        assertEquals(Optional.empty(), choose(demand, List.of(memory, named)));
        Demand other = new Demand(
                "x", new Amounts(0, 0, Map.of("license", 1L)), GpuNeed.NONE, NodeChoice.getDefaultInstance());
        assertEquals(Optional.empty(), choose(other, List.of(both)), "no node has it");
    }

    @Test
    void theKindOfWhichMostIsTakenIsTheLoad() {
        NodeRoom cpus = withMore("a", new Amounts(1000, 4000, Map.of("tpu", 4000L)), Map.of());
        NodeRoom memory = withMore("b", new Amounts(4000, 1500, Map.of("tpu", 4000L)), Map.of());
        NodeRoom named = withMore("c", new Amounts(4000, 4000, Map.of("tpu", 2000L)), Map.of());
        assertEquals(List.of(0.75, 0.625, 0.5), List.of(cpus.load(), memory.load(), named.load()));
    }

    @Test
    void aNodeHasAllLabelsAndTheNameThatAreAskedFor() {
        Amounts free = new Amounts(4000, 0, Map.of());
        NodeRoom a = withMore("a", free, Map.of("zone", "a", "disk", "ssd"));
        NodeRoom b = withMore("b", free, Map.of("zone", "b", "disk", "ssd"));
        NodeRoom c = withMore("c", free, Map.of("zone", "b"));
        NodeChoice ssdInB = NodeChoice.newBuilder()
                .putLabels("zone", "b")
                .putLabels("disk", "ssd")
                .build();
        List<NodeRoom> all = List.of(a, b, c);
        assertEquals(Optional.of("b"), choose(new Demand("x", free, GpuNeed.NONE, ssdInB), all));
        NodeChoice onC = NodeChoice.newBuilder().setNode("c").build();
        assertEquals(Optional.of("c"), choose(new Demand("x", free, GpuNeed.NONE, onC), all));
        NodeChoice both = ssdInB.toBuilder().setNode("c").build();
        assertEquals(Optional.empty(), choose(new Demand("x", free, GpuNeed.NONE, both), all));
    }
}
