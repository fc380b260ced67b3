package dev.orrery.head.placement;

import static dev.orrery.head.placement.TestingBundles.bundle;
import static dev.orrery.head.placement.TestingBundles.bundles;
import static dev.orrery.head.placement.TestingBundles.cpus;
import static dev.orrery.head.placement.TestingBundles.group;
import static dev.orrery.head.placement.TestingBundles.nodes;
import static dev.orrery.head.placement.TestingBundles.room;
import static dev.orrery.head.placement.TestingBundles.rooms;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where the bundles of a group go by each strategy: all of them, or none. */
class ReservationTest {
    private static List<String> choose(Strategy strategy, List<Demand> bundles, List<NodeRoom> rooms) {
        return nodes(Reservation.of(group(strategy, bundles), rooms));
    }

    @Test
    void packedBundlesGoTogetherAsFarAsThereIsRoom() {
        assertEquals(List.of("a", "a", "a"), choose(Strategy.PACK, bundles(1, 1, 1), rooms(4, 4)));
        assertEquals(
                List.of("b", "b", "b", "a"),
                choose(Strategy.PACK, bundles(1, 1, 1, 1), rooms(2, 3)),
                "the node that takes the most of them first");
        assertEquals(
                List.of("b", "b"),
                choose(Strategy.PACK, bundles(1, 1), List.of(room("a", 4, 4), room("b", 2, 4))),
                "of equal ones the more loaded, so that others stay free");
    }

    @Test
    void spreadBundlesGoApartAsFarAsThereAreNodes() {
        assertEquals(List.of("a", "b", "c"), choose(Strategy.SPREAD, bundles(1, 1, 1), rooms(4, 4, 4)));
        assertEquals(
                List.of("a", "b", "a"),
                choose(Strategy.SPREAD, bundles(1, 1, 1), rooms(4, 4)),
                "not strictly: the third shares one");
        assertEquals(
                List.of("b", "a"),
                choose(Strategy.SPREAD, bundles(1, 1), List.of(room("a", 1, 4), room("b", 4, 4))),
                "the least loaded first");
    }

    @Test
    void strictlyPackedBundlesShareOneNodeOrGoNowhere() {
        assertEquals(List.of("b", "b"), choose(Strategy.STRICT_PACK, bundles(2, 2), rooms(3, 4)));
        assertEquals(List.of(), choose(Strategy.STRICT_PACK, bundles(2, 2), rooms(3, 3)));
        assertEquals(
                1,
                Reservation.of(group(Strategy.STRICT_PACK, bundles(2, 2)), rooms(3, 3))
                        .fitting());
    }

    @Test
    void strictlySpreadBundlesHaveNodesOfTheirOwnOrGoNowhere() {
        assertEquals(List.of("a", "b", "c"), choose(Strategy.STRICT_SPREAD, bundles(1, 1, 1), rooms(4, 4, 4)));
        Reservation tooFew = Reservation.of(group(Strategy.STRICT_SPREAD, bundles(1, 1, 1)), rooms(8, 8));
        assertFalse(tooFew.isComplete());
        assertEquals(2, tooFew.fitting());
    }

    /** Small bundles take the large node first, as it is the least loaded, and are moved from it. */
    @Test
    void aNodeOfItsOwnIsFoundForEachWhereverThatIsPossible() {
        NodeChoice onB = NodeChoice.newBuilder().setNode("b").build();
        List<Demand> bundles = List.of(
                bundle(0, 1, 0, NodeChoice.getDefaultInstance()),
                bundle(1, 1, 0, onB),
                bundle(2, 1, 0, NodeChoice.newBuilder().setNode("a").build()));
        assertEquals(List.of("c", "b", "a"), choose(Strategy.STRICT_SPREAD, bundles, rooms(4, 4, 4)));
        assertEquals(
                List.of("b", "a"),
                choose(Strategy.STRICT_SPREAD, bundles(1, 3), List.of(room("a", 3, 4), room("b", 1, 4))));
    }

    @Test
    void whatTheFirstWayDoesNotFitAnotherWayMay() {
        assertEquals(
                List.of("b", "a", "a"),
                choose(Strategy.PACK, bundles(3, 2, 2), rooms(4, 3)),
                "the largest bundle in the larger node would leave one out");
        assertEquals(List.of("b", "a", "a"), choose(Strategy.SPREAD, bundles(3, 2, 2), rooms(4, 3)));
    }

    @Test
    void allOrNothing() {
        for (Strategy strategy :
                List.of(Strategy.PACK, Strategy.SPREAD, Strategy.STRICT_PACK, Strategy.STRICT_SPREAD)) {
            Reservation none = Reservation.of(group(strategy, bundles(3, 3, 3)), rooms(4, 4));
            assertEquals(List.of(), none.places(), strategy.name());
            assertEquals(strategy == Strategy.STRICT_PACK ? 1 : 2, none.fitting(), strategy.name());
        }
    }

    @Test
    void bundlesOfTheGroupThatStayCount() {
        Map<String, Integer> onA = Map.of("a", 1);
        List<NodeRoom> rooms = rooms(4, 4, 4);
        assertEquals(
                List.of("a"),
                nodes(Reservation.of(
                        new GroupDemand("g", Strategy.PACK, bundles(1), onA), List.of(rooms.get(1), rooms.get(0)))));
        assertEquals(
                List.of("b"), nodes(Reservation.of(new GroupDemand("g", Strategy.SPREAD, bundles(1), onA), rooms)));
        assertEquals(
                List.of("a"),
                nodes(Reservation.of(new GroupDemand("g", Strategy.STRICT_PACK, bundles(1), onA), rooms)));
        assertEquals(
                List.of(), nodes(Reservation.of(new GroupDemand("g", Strategy.STRICT_PACK, bundles(5), onA), rooms)));
        assertEquals(
                List.of("b", "c"),
                nodes(Reservation.of(new GroupDemand("g", Strategy.STRICT_SPREAD, bundles(1, 1), onA), rooms)));
    }

    @Test
    void eachBundleGoesWhereItsLabelsAre() {
        NodeChoice zoneB = NodeChoice.newBuilder().putLabels("zone", "b").build();
        NodeRoom a = new NodeRoom("a", Map.of("zone", "a"), cpus(8), cpus(8), GpuRoom.ofSlots(0, 0), 0);
        NodeRoom b = new NodeRoom("b", Map.of("zone", "b"), cpus(1), cpus(8), GpuRoom.ofSlots(0, 0), 0);
        List<Demand> bundles = List.of(bundle(0, 1, 0, NodeChoice.getDefaultInstance()), bundle(1, 1, 0, zoneB));
        assertEquals(List.of("a", "b"), choose(Strategy.PACK, bundles, List.of(a, b)));
        assertEquals(List.of(), choose(Strategy.STRICT_PACK, bundles, List.of(a, b)));
    }

    private static NodeRoom gpus(String node, int share, String... taken) {
        Map<String, Long> counts = new HashMap<>();
        List.of(taken).forEach(device -> counts.merge(device, 1_000L, Long::sum));
        GpuRoom gpus = GpuRoom.ofDevices(List.of(node + 1, node + 2), share, counts);
        return new NodeRoom(node, Map.of(), cpus(8), cpus(8), gpus, 0);
    }

    @Test
    void noGpuIsGivenBeyondItsShareAndOnesOwnAreDifferent() {
        List<Demand> ones = List.of(
                bundle(0, 0, 1, NodeChoice.getDefaultInstance()), bundle(1, 0, 1, NodeChoice.getDefaultInstance()));
        Reservation exclusive = Reservation.of(group(Strategy.STRICT_PACK, ones), List.of(gpus("a", 1)));
        assertEquals(
                List.of(List.of("a1"), List.of("a2")),
                exclusive.places().stream().map(Place::gpus).toList());
        assertFalse(Reservation.of(group(Strategy.STRICT_PACK, ones), List.of(gpus("a", 1, "a1")))
                .isComplete());
        List<Demand> twoAndOne = List.of(
                bundle(0, 0, 1, NodeChoice.getDefaultInstance()), bundle(1, 0, 2, NodeChoice.getDefaultInstance()));
        Reservation shared = Reservation.of(group(Strategy.PACK, twoAndOne), List.of(gpus("a", 2, "a1")));
        assertEquals(
                List.of(List.of("a2"), List.of("a1", "a2")),
                shared.places().stream()
                        .map(place -> place.gpus().stream().sorted().toList())
                        .toList(),
                "the wide one first, as both devices have room");
    }

    /** Against all ways there are: what is found keeps to the strategy, and what is not found does not exist. */
    @Test
    void findsAWayWheneverThereIsOne() {
        long seed = Long.getLong("orrery.seed", 20_240_708L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int complete = 0;
        for (int round = 0; round < 2_000; round++) {
            Strategy strategy = Strategy.forNumber(round % 4);
            int[] cpus = IntStream.range(0, 1 + random.nextInt(4))
                    .map(i -> 1 + random.nextInt(4))
                    .toArray();
            int[] free = IntStream.range(0, 1 + random.nextInt(4))
                    .map(i -> random.nextInt(7))
                    .toArray();
            Reservation found = Reservation.of(group(strategy, bundles(cpus)), rooms(free));
            String what = strategy + " " + IntStream.of(cpus).boxed().toList() + " on "
                    + IntStream.of(free).boxed().toList() + ": " + found;
            assertEquals(exists(strategy, cpus, free, 0, new ArrayList<>()), found.isComplete(), what);
            if (found.isComplete()) {
                complete++;
                List<Integer> at = found.places().stream()
                        .map(place -> place.node().charAt(0) - 'a')
                        .toList();
                assertTrue(holds(strategy, cpus, free, at), what);
            }
        }
        assertTrue(complete > 200, () -> "only a few of them fitted");
    }

    private static boolean exists(Strategy strategy, int[] cpus, int[] free, int bundle, List<Integer> at) {
        if (bundle == cpus.length) {
            return holds(strategy, cpus, free, at);
        }
        for (int node = 0; node < free.length; node++) {
            at.add(node);
            if (exists(strategy, cpus, free, bundle + 1, at)) {
                return true;
            }
            at.remove(at.size() - 1);
        }
        return false;
    }

    private static boolean holds(Strategy strategy, int[] cpus, int[] free, List<Integer> at) {
        int[] taken = new int[free.length];
        for (int i = 0; i < cpus.length; i++) {
            taken[at.get(i)] += cpus[i];
        }
        boolean fits = IntStream.range(0, free.length).allMatch(node -> taken[node] <= free[node]);
        long distinct = at.stream().distinct().count();
        return fits
                && switch (strategy) {
                    case STRICT_PACK -> distinct == 1;
                    case STRICT_SPREAD -> distinct == at.size();
                    default -> true;
                };
    }

    /** As it would be tried again and again for a group that waits. */
    @Test
    void whatDoesNotFitIsGivenUpSoon() {
        int[] cpus = new int[60];
        java.util.Arrays.fill(cpus, 3);
        int[] free = new int[26];
        java.util.Arrays.fill(free, 8);
        Reservation none = Reservation.of(group(Strategy.SPREAD, bundles(cpus)), rooms(free));
        assertFalse(none.isComplete(), "enough in all, but two of each node stay over");
        assertEquals(52, none.fitting());
    }
}
