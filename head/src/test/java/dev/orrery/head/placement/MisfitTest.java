package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.NodeChoice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What somebody is told whose actor waits: need, what is free where, and what would have to be other. */
class MisfitTest {
    private static final GpuRoom NO_GPUS = GpuRoom.ofSlots(0, 0);
    private static final Amounts SIZE = new Amounts(4000, 16L << 30, Map.of("tpu", 4000L));

    private static Demand demand(Amounts amounts, int gpus, NodeChoice.Builder choice) {
        return new Demand("actor 'x'", amounts, GpuNeed.whole(gpus), choice.build());
    }

    private static Demand cpus(long milliCpus, NodeChoice.Builder choice) {
        return demand(new Amounts(milliCpus, 0, Map.of()), 0, choice);
    }

    private static NodeChoice.Builder anywhere() {
        return NodeChoice.newBuilder();
    }

    private static NodeRoom room(String node, Map<String, String> labels, Amounts free) {
        return new NodeRoom(node, labels, free, SIZE, NO_GPUS, 0);
    }

    private static NodeRoom room(String node, long freeMilliCpus) {
        return room(node, Map.of(), new Amounts(freeMilliCpus, 0, Map.of()));
    }

    private static NodeSize size(String node, String state, Map<String, String> labels) {
        return new NodeSize(node, state, !state.equals("DRAINING"), labels, SIZE, 0);
    }

    private static String explain(Demand demand, List<NodeRoom> rooms, List<NodeSize> nodes) {
        return new Misfit(demand, rooms, nodes).explain(List.of());
    }

    @Test
    void saysWhatIsNeededAndWhatIsFreeWhere() {
        Demand demand = cpus(4000, anywhere());
        assertEquals(
                "actor 'x' needs 4 cpus, 0 gpus; free: node-a 1.5 cpus 0 gpus, node-b 0.25 cpus 0 gpus",
                explain(demand, List.of(room("node-b", 250), room("node-a", 1500)), List.of()));
        assertEquals("actor 'x' needs 4 cpus, 0 gpus; no node is ALIVE", explain(demand, List.of(), List.of()));
        assertEquals(
                "actor 'x' needs 4 cpus, 0 gpus; a cannot launch: disk full",
                new Misfit(demand, List.of(), List.of()).explain(List.of("a cannot launch: disk full")));
    }

    @Test
    void kindsThatAreNotNeededAreNotTold() {
        Demand demand = demand(
                new Amounts(0, 3L << 29, Map.of("tpu", 1500L)), 0, anywhere().putLabels("zone", "a"));
        assertEquals(
                "actor 'x' needs 0 cpus, 0 gpus, 1.5 GiB memory, 1.5 tpu, label zone=a; free: a 4 cpus 0 gpus 1023 MiB"
                        + " memory 0.5 tpu",
                explain(
                        demand,
                        List.of(
                                room(
                                        "a",
                                        Map.of("zone", "a"),
                                        new Amounts(4000, 1023L << 20, Map.of("tpu", 500L, "license", 1L))),
                                room("b", 4000)),
                        List.of(size("a", "ALIVE", Map.of("zone", "a")), size("b", "ALIVE", Map.of()))));
    }

    @Test
    void aLabelThatNoNodeHasIsNamed() {
        List<NodeSize> nodes = List.of(
                size("a", "ALIVE", Map.of("zone", "a", "disk", "ssd")),
                size("b", "ALIVE", Map.of("zone", "b")),
                size("c", "DRAINING", Map.of("zone", "c")));
        assertEquals(
                "actor 'x' needs 1 cpus, 0 gpus, label disk=ssd, label zone=c; no node has label zone=c",
                explain(cpus(1000, anywhere().putLabels("zone", "c").putLabels("disk", "ssd")), List.of(), nodes));
        assertEquals(
                "actor 'x' needs 1 cpus, 0 gpus, label disk=ssd, label zone=b; no node has label disk=ssd and label zone=b"
                        + " at once",
                explain(cpus(1000, anywhere().putLabels("zone", "b").putLabels("disk", "ssd")), List.of(), nodes));
    }

    @Test
    void aNodeWithTheLabelThatIsNotAliveIsWaitedFor() {
        assertEquals(
                "actor 'x' needs 1 cpus, 0 gpus, label zone=a; no node with label zone=a is ALIVE",
                explain(
                        cpus(1000, anywhere().putLabels("zone", "a")),
                        List.of(),
                        List.of(size("a", "SUSPECT", Map.of("zone", "a")))));
    }

    @Test
    void theNodeThatIsAskedForIsNotThere() {
        List<NodeSize> nodes =
                List.of(size("a", "ALIVE", Map.of()), size("b", "DRAINING", Map.of()), size("c", "SUSPECT", Map.of()));
        List<NodeRoom> rooms = List.of(room("a", 4000));
        String need = "actor 'x' needs 1 cpus, 0 gpus, node ";
        assertEquals(
                need + "d; there is no node d", explain(cpus(1000, anywhere().setNode("d")), rooms, nodes));
        assertEquals(
                need + "b; node b is DRAINING", explain(cpus(1000, anywhere().setNode("b")), rooms, nodes));
        assertEquals(
                need + "c; node c is SUSPECT, but can take nothing now",
                explain(cpus(1000, anywhere().setNode("c")), rooms, nodes));
        assertEquals(
                "actor 'x' needs 1 cpus, 0 gpus, label zone=a, node a; node a does not have label zone=a",
                explain(cpus(1000, anywhere().setNode("a").putLabels("zone", "a")), rooms, nodes));
    }

    @Test
    void moreThanAnyNodeHasInAllIsNamedByKind() {
        List<NodeSize> nodes = List.of(
                size("b", "ALIVE", Map.of("zone", "b")),
                new NodeSize("a", "ALIVE", true, Map.of(), new Amounts(8000, 1 << 20, Map.of()), 1));
        assertEquals(
                "actor 'x' needs 9 cpus, 2 gpus, 32 GiB memory, 1 license, 5 tpu; no node is ALIVE; no node has more cpus"
                        + " than a: 8 in all; no node has more gpus than a: 1 in all; no node has more memory than b: 16"
                        + " GiB in all; no node has license; no node has more tpu than b: 4 in all",
                explain(
                        demand(new Amounts(9000, 32L << 30, Map.of("tpu", 5000L, "license", 1000L)), 2, anywhere()),
                        List.of(),
                        nodes));
        Demand inZone = demand(new Amounts(5000, 0, Map.of()), 1, anywhere().putLabels("zone", "b"));
        assertTrue(explain(inZone, List.of(), nodes)
                .endsWith("; no such node has more cpus than b: 4 in all; no such node has gpus"));
        Demand both = demand(new Amounts(8000, 2 << 20, Map.of()), 0, anywhere());
        assertTrue(explain(both, List.of(), nodes).endsWith("; no node has all of it at once"));
    }

    @Test
    void whatWouldFitAnEmptyNodeWaits() {
        NodeSize node = size("a", "ALIVE", Map.of("zone", "a"));
        Demand fits = cpus(4000, anywhere().putLabels("zone", "a").setNode("a"));
        assertTrue(node.holds(fits));
        assertFalse(node.holds(cpus(4001, anywhere())));
        assertFalse(node.holds(cpus(1000, anywhere().setNode("b"))));
        assertFalse(node.holds(cpus(1000, anywhere().putLabels("zone", "b"))));
        assertFalse(node.holds(demand(new Amounts(0, 17L << 30, Map.of()), 0, anywhere())));
        assertFalse(node.holds(demand(Amounts.NONE, 1, anywhere())));
        assertFalse(size("a", "DRAINING", Map.of("zone", "a")).holds(fits));
    }
}
