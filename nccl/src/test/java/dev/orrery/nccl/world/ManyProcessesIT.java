package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.world.EachCarrier.Carrier;
import dev.orrery.world.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A world with as many processes as ranks. */
@Timeout(180)
@Tag("full")
final class ManyProcessesIT {
    private static final Logger log = LoggerFactory.getLogger(ManyProcessesIT.class);
    private static final int SIZE = 16;
    private static final int VICTIM = 5;
    /** Of a death, with many more processes than cores; a silent peer would take longer. */
    private static final long BOUND_MILLIS = 2_000;

    private static final long REDUCED_ELEMENTS = 1 << 20;

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @ParameterizedTest
    @EnumSource(
            value = Carrier.class,
            names = {"SHARED_MEMORY", "TCP", "NCCL"})
    void sixteenProcessesDoEverythingAndAllSeeTheDeathOfOne(Carrier carrier) throws Exception {
        if (carrier == Carrier.NCCL) {
            TestingGpus.require();
        }
        List<TestingRank> ranks = new ArrayList<>();
        try {
            long start = System.nanoTime();
            for (int rank = 0; rank < SIZE; rank++) {
                ranks.add(TestingRank.start(carrier));
            }
            List<String> transports = TestingRank.form(1, ranks.toArray(TestingRank[]::new));
            assertTransports(carrier.transport(), transports);
            long formed = millisSince(start);
            checkEveryOperation(ranks);
            log.info("over {}: formed after {} ms, every operation after {} ms", carrier, formed, millisSince(start));
            killOneInsideAllReduce(carrier, ranks);
            othersFormAWorld(ranks);
        } finally {
            ranks.forEach(TestingRank::close);
            TestingGpus.giveAllBack();
        }
        for (TestingRank rank : ranks) {
            assertEquals(0, TestingResources.filesOf(rank.jvm().pid()), "files are left in /dev/shm");
        }
    }

    private static void assertTransports(Transport transport, List<String> all) {
        for (int rank = 0; rank < SIZE; rank++) {
            List<String> expected = new ArrayList<>(Collections.nCopies(SIZE, transport.name()));
            expected.set(rank, "-");
            assertEquals(String.join(" ", expected), all.get(rank));
        }
    }

    private static void checkEveryOperation(List<TestingRank> ranks) throws Exception {
        for (TestingRank rank : ranks) {
            rank.tell("check", 1);
        }
        for (TestingRank rank : ranks) {
            assertEquals("", rank.awaitWord("checked", 1));
        }
    }

    private static void killOneInsideAllReduce(Carrier carrier, List<TestingRank> ranks) throws Exception {
        for (TestingRank rank : ranks) {
            rank.tell("reduce", 1, REDUCED_ELEMENTS);
        }
        ranks.get(VICTIM).awaitWord("reduce-goes", 1);
        long start = System.nanoTime();
        ranks.get(VICTIM).jvm().kill();
        for (int rank = 0; rank < SIZE; rank++) {
            if (rank != VICTIM) {
                String end = ranks.get(rank).awaitWord("reduce-end", 1);
                assertTrue(end.startsWith("BrokenWorldException "), end);
                assertTrue(end.contains("world 1 broke"), end);
                assertTrue(end.contains("rank " + VICTIM + " ("), "rank " + rank + " names it: " + end);
                assertFalse(end.contains("nothing was heard"), "rank " + rank + " saw it die: " + end);
            }
        }
        long took = millisSince(start);
        log.info("over {}: all others saw the death after {} ms", carrier, took);
        assertTrue(took < BOUND_MILLIS, "seen only after " + took + " ms");
    }

    private static void othersFormAWorld(List<TestingRank> ranks) throws Exception {
        List<TestingRank> others = new ArrayList<>(ranks);
        others.remove(VICTIM);
        TestingRank.form(2, others.toArray(TestingRank[]::new));
    }
}
