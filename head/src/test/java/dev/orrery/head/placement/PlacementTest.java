package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Demand SMALL = new Demand("stage encode replica encode-2", 500, 0);

    private static final GpuRoom NO_GPUS = GpuRoom.ofSlots(0, 0);

    private static Optional<String> choose(Demand demand, List<NodeRoom> rooms) {
        return Placement.choose(demand, rooms).map(Place::node);
    }

    private static NodeRoom room(String node, long freeMilliCpus, int freeGpus, int peers) {
        return new NodeRoom(node, freeMilliCpus, GpuRoom.ofSlots(freeGpus, 0), 4000, peers);
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
            Map<String, Integer> peers = new TreeMap<>();
            List<NodeRoom> rooms = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                String node = "node-" + i;
                peers.put(node, random.nextInt(3));
                rooms.add(new NodeRoom(node, random.nextInt(5) * 250L, NO_GPUS, 4000, peers.get(node)));
            }
            List<NodeRoom> inOrder =
                    rooms.stream().sorted(Placement.LEAST_LOADED_FIRST).toList();
            assertEquals(
                    choose(SMALL, rooms),
                    Placement.chooseFirst(SMALL, inOrder, room -> peers.get(room.node()))
                            .map(Place::node),
                    rooms::toString);
        }
    }

    @Test
    void loadIsRelativeToTheNodesSize() {
        NodeRoom large = new NodeRoom("large", 3000, NO_GPUS, 16_000, 0);
        NodeRoom small = new NodeRoom("small", 2000, NO_GPUS, 2000, 0);
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
        Demand demand = new Demand("stage encode replica encode-2", 500, 1);
        assertEquals(Optional.of("b"), choose(demand, List.of(room("a", 4000, 0, 0), room("b", 1000, 1, 0))));
    }

    @Test
    void theLeastUsedGpusOfTheLeastUsedNodeAreTaken() {
        Demand demand = new Demand("x", 0, 2);
        NodeRoom busy = new NodeRoom("a", 4000, devices(2, "A1", "A1", "A2"), 4000, 0);
        NodeRoom free = new NodeRoom("b", 1000, devices(2, "B2"), 4000, 0);
        assertEquals(Optional.of(new Place("b", List.of("B1", "B3"))), Placement.choose(demand, List.of(busy, free)));
    }

    /** Of the name's first letter and 1 to 3. */
    private static GpuRoom devices(int share, String... taken) {
        String node = taken[0].substring(0, 1);
        Map<String, Integer> counts = new TreeMap<>();
        List.of(taken).forEach(device -> counts.merge(device, 1, Integer::sum));
        return GpuRoom.ofDevices(List.of(node + 1, node + 2, node + 3), share, counts);
    }

    @Test
    void oneActorsGpusAreDifferentOnes() {
        NodeRoom room = new NodeRoom("a", 4000, devices(2, "A1", "A1", "A2", "A2"), 4000, 0);
        assertEquals(
                Optional.of(new Place("a", List.of("A3"))), Placement.choose(new Demand("x", 0, 1), List.of(room)));
        Demand two = new Demand("actor 'x'", 0, 2);
        assertEquals(Optional.empty(), Placement.choose(two, List.of(room)));
        assertEquals(
                "actor 'x' needs 0 cpus, 2 gpus; free: a 4 cpus 2 gpus on 1 device",
                Placement.explain(two, List.of(room), List.of()));
    }

    @Test
    void aGpuIsNotTakenBeyondItsShare() {
        NodeRoom full = new NodeRoom("a", 4000, devices(1, "A1", "A2", "A3"), 4000, 0);
        assertEquals(Optional.empty(), Placement.choose(new Demand("x", 0, 1), List.of(full)));
        NodeRoom beyond = new NodeRoom("a", 4000, devices(1, "A1", "A1", "A2", "A3"), 4000, 0);
        assertEquals(Optional.empty(), Placement.choose(new Demand("x", 0, 1), List.of(beyond)));
    }

    @Test
    void gpusThatWentDoNotKeepOutWhatNeedsNone() {
        NodeRoom fewer = new NodeRoom("a", 4000, GpuRoom.ofSlots(1, 2), 4000, 0);
        assertEquals(Optional.of("a"), choose(SMALL, List.of(fewer)));
    }

    @Test
    void aStageThatNeedsNothingFitsAFullNode() {
        assertEquals(Optional.of("a"), choose(new Demand("x", 0, 0), List.of(room("a", 0, 0, 0))));
        assertEquals(Optional.empty(), choose(new Demand("x", 1, 0), List.of(room("a", 0, 0, 0))));
    }

    @Test
    void saysWhatIsNeededAndWhatIsFreeWhere() {
        Demand demand = new Demand("stage encode replica encode-2", 4000, 0);
        assertEquals(
                "stage encode replica encode-2 needs 4 cpus, 0 gpus; free: node-a 1.5 cpus 0 gpus, node-b 0.25 cpus 1"
                        + " gpus",
                Placement.explain(demand, List.of(room("node-b", 250, 1, 0), room("node-a", 1500, 0, 0)), List.of()));
        assertEquals(
                "stage encode replica encode-2 needs 4 cpus, 0 gpus; no node is ALIVE",
                Placement.explain(demand, List.of(), List.of()));
    }
}
