package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Demand SMALL = new Demand("stage encode replica encode-2", 500, 0);

    private static NodeRoom room(String node, long freeMilliCpus, int freeGpus, int peers) {
        return new NodeRoom(node, freeMilliCpus, freeGpus, 4000, peers);
    }

    @Test
    void takesTheLeastLoadedNode() {
        assertEquals(Optional.of("b"), Placement.choose(SMALL, List.of(room("a", 1000, 0, 0), room("b", 2000, 0, 0))));
    }

    @Test
    void loadIsRelativeToTheNodesSize() {
        NodeRoom large = new NodeRoom("large", 3000, 0, 16_000, 0);
        NodeRoom small = new NodeRoom("small", 2000, 0, 2000, 0);
        assertEquals(Optional.of("small"), Placement.choose(SMALL, List.of(large, small)));
    }

    @Test
    void spreadsTheReplicasOfAStageBeforeItLooksAtTheLoad() {
        assertEquals(Optional.of("a"), Placement.choose(SMALL, List.of(room("a", 1000, 0, 0), room("b", 4000, 0, 1))));
    }

    @Test
    void equalNodesGoByName() {
        assertEquals(Optional.of("a"), Placement.choose(SMALL, List.of(room("b", 1000, 0, 0), room("a", 1000, 0, 0))));
    }

    @Test
    void gpusMustBeFree() {
        Demand demand = new Demand("stage encode replica encode-2", 500, 1);
        assertEquals(Optional.of("b"), Placement.choose(demand, List.of(room("a", 4000, 0, 0), room("b", 1000, 1, 0))));
    }

    @Test
    void aStageThatNeedsNothingFitsAFullNode() {
        assertEquals(Optional.of("a"), Placement.choose(new Demand("x", 0, 0), List.of(room("a", 0, 0, 0))));
        assertEquals(Optional.empty(), Placement.choose(new Demand("x", 1, 0), List.of(room("a", 0, 0, 0))));
    }

    @Test
    void saysWhatIsNeededAndWhatIsFreeWhere() {
        Demand demand = new Demand("stage encode replica encode-2", 4000, 0);
        assertEquals(
                "stage encode replica encode-2 needs 4 cpus, 0 gpus; free: node-a 1.5 cpus 0 gpus, node-b 0.25 cpus 1"
                        + " gpus",
                Placement.explain(demand, List.of(room("node-b", 250, 1, 0), room("node-a", 1500, 0, 0))));
        assertEquals(
                "stage encode replica encode-2 needs 4 cpus, 0 gpus; no node is ALIVE",
                Placement.explain(demand, List.of()));
    }
}
