package dev.orrery.examples.chaos.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultPlanTest {
    private static final Targets TARGETS = new Targets(
            List.of("zk-1", "head-1", "node-1", "node-2"),
            List.of("zk-1", "zk-2", "zk-3"),
            List.of("head-1", "head-2"),
            List.of("node-1", "node-2", "node-3"),
            "node-3",
            List.of("head-2"),
            List.of("alpha/first", "alpha/last"),
            List.of("alpha/first-1", "alpha/first-2"),
            List.of("alpha/gateway"),
            List.of("counter-1", "counter-2"));

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @Test
    void aSeedReplaysItsFaults() {
        assertEquals(FaultPlan.of(7, 3, TARGETS), FaultPlan.of(7, 3, TARGETS));
        assertNotEquals(
                FaultPlan.of(7, 3, TARGETS).faults(),
                FaultPlan.of(8, 3, TARGETS).faults());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void faultsAreUndoneInTimeAndFewAreUnderWayAtOnce(long seed) {
        FaultPlan plan = FaultPlan.of(seed, 3, TARGETS);
        long last = 0;
        for (Fault fault : plan.faults()) {
            assertTrue(fault.endMillis() <= plan.millis(), fault + " of seed " + seed);
            assertTrue(fault.atMillis() >= last, "in order: " + fault + " of seed " + seed);
            last = fault.atMillis();
            List<Fault> open = plan.faults().stream()
                    .filter(other -> other.number() < fault.number() && other.endMillis() >= fault.atMillis())
                    .toList();
            assertTrue(open.size() < FaultPlan.MOST_AT_ONCE, fault + " of seed " + seed + " beside " + open);
            assertFalse(open.stream().anyMatch(fault::excludes), fault + " of seed " + seed + " beside " + open);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void threeMinutesHaveEveryKind(long seed) {
        assertEquals(
                EnumSet.allOf(FaultKind.class),
                FaultPlan.of(seed, 3, TARGETS).faults().stream()
                        .map(Fault::kind)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class))));
    }

    @Test
    void zooKeeperIsNotEndedWhileOneOfItsServersIsDown() {
        Fault all = new Fault(1, FaultKind.KILL_ZOOKEEPER, "zookeeper", 0, 5_000);
        Fault one = new Fault(2, FaultKind.PAUSE_ZOOKEEPER_SERVER, "zk-2", 100, 5_000);
        assertTrue(one.excludes(all));
        assertTrue(all.excludes(one));
        assertFalse(one.excludes(new Fault(3, FaultKind.KILL_HEAD, "head-1", 0, 1_000)));
    }
}
