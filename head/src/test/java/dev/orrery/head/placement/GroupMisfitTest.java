package dev.orrery.head.placement;

import static dev.orrery.head.placement.TestingBundles.bundle;
import static dev.orrery.head.placement.TestingBundles.bundles;
import static dev.orrery.head.placement.TestingBundles.cpus;
import static dev.orrery.head.placement.TestingBundles.group;
import static dev.orrery.head.placement.TestingBundles.room;
import static dev.orrery.head.placement.TestingBundles.size;
import static dev.orrery.head.placement.TestingBundles.sizes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What somebody is told whose placement group, or whose actor in one, waits. Nodes a and b have four CPUs. */
class GroupMisfitTest {
    private static final List<NodeSize> NODES = sizes(size("a", 4), size("b", 4));
    private static final List<NodeRoom> EMPTY = List.of(room("a", 4, 4), room("b", 4, 4));

    private static GroupMisfit misfit(GroupDemand group, NodeRoom... rooms) {
        return new GroupMisfit(group, List.of(rooms), EMPTY, NODES);
    }

    @Test
    void whatIsTakenNowIsWaitedFor() {
        GroupMisfit waits = misfit(group(Strategy.PACK, bundles(2, 2, 1)), room("b", 1, 4), room("a", 3, 4));
        assertEquals(
                "placement group 'trainers' needs 2 × (2 cpus, 0 gpus), 1 × (1 cpus, 0 gpus); free: a 3 cpus 0 gpus, b 1"
                        + " cpus 0 gpus; there is room for 2 of 3 bundles now; the rest is waited for, until something ends"
                        + " that has it",
                waits.explain(List.of()));
        assertFalse(waits.neverFits());
    }

    @Test
    void strictStrategiesAreTold() {
        assertEquals(
                "placement group 'trainers' needs 2 × (2 cpus, 0 gpus), all on one node; free: a 3 cpus 0 gpus; there is"
                        + " room for 1 of 2 bundles on one node now; the rest is waited for, until something ends that has"
                        + " it",
                misfit(group(Strategy.STRICT_PACK, bundles(2, 2)), room("a", 3, 4))
                        .explain(List.of()));
        GroupMisfit nodes =
                misfit(group(Strategy.STRICT_SPREAD, bundles(1, 1, 1, 1)), room("a", 4, 4), room("b", 4, 4));
        assertTrue(
                nodes.explain(List.of())
                        .endsWith(", each on another node; free: a 4 cpus 0 gpus, b 4 cpus 0 gpus; even with nothing"
                                + " else on the nodes there is room for 2 of 4 bundles; 2 more nodes are needed"),
                () -> nodes.explain(List.of()));
        assertTrue(nodes.neverFits());
        GroupMisfit packed = misfit(group(Strategy.STRICT_PACK, bundles(3, 3)), room("a", 4, 4));
        assertTrue(
                packed.explain(List.of())
                        .endsWith("; even with nothing else on one node there is room for 1 of 2 bundles; a node is"
                                + " needed that has all of it: 6 cpus 0 gpus"),
                () -> packed.explain(List.of()));
        assertTrue(packed.neverFits());
        GroupMisfit much = misfit(group(Strategy.SPREAD, bundles(3, 3, 3)), room("a", 4, 4));
        assertTrue(
                much.explain(List.of())
                        .endsWith(
                                "; even with nothing else on the nodes there is room for 2 of 3 bundles; more nodes, or"
                                        + " larger ones, are needed"),
                () -> much.explain(List.of()));
    }

    @Test
    void bundlesThatStayAreNamed() {
        GroupDemand apart = new GroupDemand("g", Strategy.STRICT_SPREAD, bundles(1), Map.of("a", 1, "b", 1));
        assertEquals(
                "g needs 1 × (1 cpus, 0 gpus), each on another node than a, b; no node that will do can take anything now;"
                        + " even with nothing else on the nodes there is room for 0 of 1 bundles; 1 more node is needed",
                misfit(apart, room("a", 3, 4), room("b", 3, 4)).explain(List.of()));
        GroupDemand together = new GroupDemand("g", Strategy.STRICT_PACK, bundles(2), Map.of("a", 1));
        assertTrue(misfit(together, room("a", 1, 4), room("b", 4, 4))
                .explain(List.of())
                .startsWith("g needs 1 × (2 cpus, 0 gpus), all on a, where its others are; free: a 1 cpus 0 gpus; "));
    }

    @Test
    void aBundleThatNoNodeIsLargeEnoughForIsNamed() {
        assertTrue(misfit(group(Strategy.PACK, bundles(5)), room("a", 4, 4))
                .explain(List.of())
                .endsWith("; no node has more cpus than a: 4 in all"));
        Demand labelled =
                bundle(1, 1, 0, NodeChoice.newBuilder().putLabels("zone", "x").build());
        GroupMisfit mixed = misfit(
                group(Strategy.PACK, List.of(bundle(0, 1, 1, NodeChoice.getDefaultInstance()), labelled)),
                room("a", 4, 4));
        assertEquals(
                "placement group 'trainers' needs 1 × (1 cpus, 1 gpus), 1 × (1 cpus, 0 gpus, label zone=x); free: a 4 cpus"
                        + " 0 gpus; bundle 0: no node has gpus; bundle 1: no node has label zone=x",
                mixed.explain(List.of()));
        assertTrue(mixed.neverFits());
    }

    @Test
    void nodesThatCanLaunchNothingAreTold() {
        String told = new GroupMisfit(group(Strategy.PACK, bundles(1)), List.of(), EMPTY, NODES)
                .explain(List.of("a cannot launch: disk full"));
        assertTrue(told.contains("(1 cpus, 0 gpus); a cannot launch: disk full; there is room for 0 of 1"), told);
    }

    private static BundleRoom bundleRoom(int number, String node, long free, String obstacle) {
        return new BundleRoom(
                number, new NodeRoom(node, Map.of(), cpus(free), cpus(2), GpuRoom.ofSlots(1, 1_000), 0), obstacle);
    }

    private static Demand actor(long cpus) {
        return new Demand("actor 'x'", cpus(cpus), GpuNeed.NONE, NodeChoice.getDefaultInstance());
    }

    @Test
    void anActorIsToldWhatItsBundlesHoldAndWhatIsFreeThere() {
        List<BundleRoom> bundles = List.of(
                bundleRoom(0, "a", 1, ""),
                bundleRoom(3, "b", 2, "its node is SUSPECT"),
                bundleRoom(4, "", 2, "waits for room"));
        assertEquals(
                "actor 'x' needs 2 cpus, 0 gpus of placement group 'trainers'; bundle 0 on a holds 2 cpus 1 gpus, free: 1"
                        + " cpus 0 gpus; bundle 3 on b holds 2 cpus 1 gpus, free: 2 cpus 0 gpus, but its node is SUSPECT;"
                        + " bundle 4, which waits for room, holds 2 cpus 1 gpus",
                new BundleMisfit(actor(2), TestingBundles.WHO, bundles).explain());
        assertEquals(
                "actor 'x' needs 3 cpus, 0 gpus of placement group 'trainers'; bundle 0 on a holds 2 cpus 1 gpus, free: 1"
                        + " cpus 0 gpus; the bundle is too small for it",
                new BundleMisfit(actor(3), TestingBundles.WHO, bundles.subList(0, 1)).explain());
        assertTrue(new BundleMisfit(actor(3), TestingBundles.WHO, bundles)
                .explain()
                .endsWith("; no bundle is large enough"));
    }

    @Test
    void ofManyBundlesOnlySomeAreTold() {
        List<BundleRoom> many = java.util.stream.IntStream.range(0, 20)
                .mapToObj(number -> bundleRoom(number, "a", 0, ""))
                .toList();
        String told = new BundleMisfit(actor(1), TestingBundles.WHO, many).explain();
        assertTrue(told.contains("bundle 7 on a") && !told.contains("bundle 8 on a"), told);
        assertTrue(told.endsWith("so many more bundles: 12"), told);
    }

    @Test
    void ofTheBundlesWithRoomTheOneWithTheFewestInItIsTaken() {
        NodeRoom full = new NodeRoom("a", Map.of(), cpus(2), cpus(4), GpuRoom.ofSlots(0, 0), 2);
        NodeRoom fresh = new NodeRoom("b", Map.of(), cpus(1), cpus(4), GpuRoom.ofSlots(0, 0), 1);
        List<BundleRoom> bundles = List.of(
                new BundleRoom(0, full, ""), new BundleRoom(1, fresh, ""), new BundleRoom(2, fresh, "waits for room"));
        assertEquals(java.util.Optional.of(new Place("b", List.of()).in(1)), Placement.chooseBundle(actor(1), bundles));
        assertEquals(java.util.Optional.of(new Place("a", List.of()).in(0)), Placement.chooseBundle(actor(2), bundles));
        assertEquals(java.util.Optional.empty(), Placement.chooseBundle(actor(3), bundles));
    }
}
