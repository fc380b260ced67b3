package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Parts of GPUs: of which device, how much is left, and what does not fit. */
class GpuPartsTest {
    private static final List<String> THREE = List.of("A", "B", "C");

    private static GpuRoom room(int share, Map<String, Long> taken) {
        return GpuRoom.ofDevices(THREE, share, taken);
    }

    private static String given(GpuRoom room, GpuNeed need) {
        return room.fits(need) ? String.join(",", room.assign(need)) : "none";
    }

    @Test
    void aPartIsOfTheMostUsedDeviceThatHasRoom() {
        GpuRoom room = room(1, Map.of("A", 250L, "B", 500L, "C", 900L));
        assertEquals("B", given(room, GpuNeed.part(500)));
        assertEquals("C", given(room, GpuNeed.part(100)));
        assertEquals("B", given(room, GpuNeed.part(101)));
        assertEquals("A", given(room, GpuNeed.part(750)));
        assertEquals("none", given(room, GpuNeed.part(751)));
        assertEquals("none", given(room, GpuNeed.whole(1)), "none of them is whole");
        assertEquals("A", given(room(1, Map.of()), GpuNeed.part(1)), "of equal ones the first in CUDA's order");
    }

    @Test
    void aWholeOneIsOneOfWhichNothingIsTaken() {
        GpuRoom room = room(1, Map.of("A", 1L, "B", 1_000L));
        assertEquals("C", given(room, GpuNeed.whole(1)));
        assertEquals("none", given(room, GpuNeed.whole(2)));
        assertEquals("A,B,C", given(room(1, Map.of()), GpuNeed.whole(3)));
    }

    /** Of a device that two actors may share, each has what it would have of a whole one. */
    @Test
    void whereActorsShareADeviceItHasMoreParts() {
        GpuRoom room = room(2, Map.of("A", 1_250L, "B", 2_000L, "C", 1_000L));
        assertEquals("A", given(room, GpuNeed.part(750)));
        assertEquals("C", given(room, GpuNeed.part(751)));
        assertEquals("C", given(room, GpuNeed.whole(1)));
        assertEquals("none", given(room, GpuNeed.whole(2)));
        assertEquals("1.75 gpus (1 + 0.75)", room.toString());
    }

    @Test
    void partsAreExact() {
        Map<String, Long> taken = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            assertEquals("A", given(GpuRoom.ofDevices(List.of("A"), 1, taken), GpuNeed.part(1)));
            taken.merge("A", 1L, Long::sum);
        }
        assertFalse(GpuRoom.ofDevices(List.of("A"), 1, taken).fits(GpuNeed.part(1)));
        Map<String, Long> thirds = Map.of("A", 333L + 333L);
        assertTrue(GpuRoom.ofDevices(List.of("A"), 1, thirds).fits(GpuNeed.part(334)));
        assertFalse(GpuRoom.ofDevices(List.of("A"), 1, thirds).fits(GpuNeed.part(335)));
    }

    /** Nobody gets a certain one of them, so there is nothing that a part could be of. */
    @Test
    void slotsWithoutDevicesAreSummedUp() {
        GpuRoom room = GpuRoom.ofSlots(2, 1_250);
        assertTrue(room.fits(GpuNeed.part(750)));
        assertFalse(room.fits(GpuNeed.part(751)));
        assertFalse(room.fits(GpuNeed.whole(1)));
        assertEquals(List.of(), room.assign(GpuNeed.part(750)));
        assertEquals("0.75 gpus", room.toString());
        assertEquals(0.625, room.load());
    }

    @Test
    void whatIsFreeIsToldDeviceByDeviceWhereItIsInParts() {
        assertEquals("3 gpus", room(1, Map.of()).toString());
        assertEquals("2 gpus", room(1, Map.of("A", 1_000L)).toString());
        assertEquals("2.25 gpus (1 + 1 + 0.25)", room(1, Map.of("B", 750L)).toString());
        assertEquals(
                "0.25 gpus",
                room(1, Map.of("A", 750L, "B", 1_000L, "C", 1_500L)).toString());
        assertEquals(
                "0 gpus", room(1, Map.of("A", 1_000L, "B", 1_000L, "C", 1_000L)).toString());
        assertEquals("6 gpus on 3 devices", room(2, Map.of()).toString());
    }

    @Test
    void whatIsLeftIsWhatWasNotGiven() {
        GpuRoom room = room(1, Map.of("A", 250L));
        assertEquals("2.25 gpus (1 + 1 + 0.25)", room.without(GpuNeed.part(500)).toString());
        assertEquals("0.75 gpus", room.without(GpuNeed.whole(2)).toString());
        assertEquals(
                "1.25 gpus", GpuRoom.ofSlots(2, 250).without(GpuNeed.part(500)).toString());
        assertEquals(room, room.without(GpuNeed.NONE));
    }

    @Test
    void needIsReadFromWhatTravels() {
        assertEquals(GpuNeed.NONE, GpuNeed.of(Resources.getDefaultInstance()));
        assertEquals(
                GpuNeed.whole(2), GpuNeed.of(Resources.newBuilder().setGpus(2).build()));
        GpuNeed quarter = GpuNeed.of(Resources.newBuilder().setMilliGpu(250).build());
        assertEquals(GpuNeed.part(250), quarter);
        assertEquals("0.25 gpus", quarter.toString());
        assertEquals(250, quarter.milli());
        assertEquals(3_000, GpuNeed.whole(3).milli());
    }

    @Test
    void whoFindsNoPartIsToldWhatIsFreeOfEach() {
        Demand demand = new Demand(
                "actor 'x'", new Amounts(0, 0, Map.of()), GpuNeed.part(600), NodeChoice.getDefaultInstance());
        NodeRoom halves = new NodeRoom(
                "a",
                Map.of(),
                new Amounts(4_000, 0, Map.of()),
                new Amounts(4_000, 0, Map.of()),
                GpuRoom.ofDevices(List.of("A", "B"), 1, Map.of("A", 500L, "B", 500L)),
                0);
        NodeSize size = new NodeSize("a", "ALIVE", true, Map.of(), new Amounts(4_000, 0, Map.of()), 2);
        assertTrue(Placement.choose(demand, List.of(halves)).isEmpty());
        assertEquals(
                "actor 'x' needs 0 cpus, 0.6 gpus; free: a 4 cpus 1 gpus (0.5 + 0.5)",
                new Misfit(demand, List.of(halves), List.of(size)).explain(List.of()));
        assertTrue(size.holds(demand), "it is enough to wait");
        NodeSize none = new NodeSize("a", "ALIVE", true, Map.of(), new Amounts(4_000, 0, Map.of()), 0);
        assertEquals(
                "actor 'x' needs 0 cpus, 0.6 gpus; no node is ALIVE; no node has gpus",
                new Misfit(demand, List.of(), List.of(none)).explain(List.of()));
    }

    /** Whatever comes and goes in whatever order, no device is given beyond what it has, and what fits is never refused. */
    @Test
    void noDeviceIsGivenBeyondWhatItHas() {
        long seed = Long.getLong("orrery.seed", 20_250_301L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int share = 1 + random.nextInt(2);
            Map<String, Long> taken = new HashMap<>();
            List<Map.Entry<GpuNeed, List<String>>> held = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                GpuNeed need = random.nextInt(4) == 0
                        ? GpuNeed.whole(1 + random.nextInt(3))
                        : GpuNeed.part(1 + random.nextInt(999));
                GpuRoom room = room(share, taken);
                long withRoom = THREE.stream()
                        .filter(device -> share * 1_000L - taken.getOrDefault(device, 0L) >= need.milliEach())
                        .count();
                assertEquals(withRoom >= need.devices(), room.fits(need), () -> room + " for " + need);
                if (room.fits(need)) {
                    List<String> given = room.assign(need);
                    assertEquals(need.devices(), given.stream().distinct().count());
                    given.forEach(device -> taken.merge(device, (long) need.milliEach(), Long::sum));
                    held.add(Map.entry(need, given));
                }
                if (!held.isEmpty() && random.nextInt(3) == 0) {
                    Map.Entry<GpuNeed, List<String>> over = held.remove(random.nextInt(held.size()));
                    over.getValue()
                            .forEach(device ->
                                    taken.merge(device, (long) -over.getKey().milliEach(), Long::sum));
                }
                taken.values().forEach(milli -> assertTrue(milli >= 0 && milli <= share * 1_000L, taken::toString));
            }
        }
    }
}
