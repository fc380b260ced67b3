package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.task.LeaseRules.Demand;
import dev.orrery.internal.task.LeaseRules.Load;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseRulesTest {
    private static final long UNKNOWN = Paces.UNKNOWN_NANOS;
    private static final long SHORT = TimeUnit.MICROSECONDS.toNanos(10);

    private static int toStart(int queued, long each, long stalledNanos, int ready, int starting) {
        return LeaseRules.toStart(new Demand(queued, queued * each, stalledNanos, ready, starting));
    }

    @Test
    void nothingWaitsSoNothingIsStarted() {
        assertEquals(0, toStart(0, UNKNOWN, 0, 0, 0));
        assertEquals(0, toStart(0, UNKNOWN, 0, 4, 0));
    }

    @Test
    void theFirstTaskStartsOneWorker() {
        assertEquals(1, toStart(1, UNKNOWN, 0, 0, 0));
        assertEquals(1, toStart(1, SHORT, 0, 0, 0));
        assertEquals(0, toStart(1, UNKNOWN, 0, 0, 1));
    }

    @Test
    void workersDoubleWhileThereIsWork() {
        assertEquals(2, toStart(100, UNKNOWN, 0, 0, 0));
        assertEquals(0, toStart(100, UNKNOWN, 0, 0, 2));
        assertEquals(2, toStart(98, UNKNOWN, 0, 2, 0));
        assertEquals(4, toStart(94, UNKNOWN, 0, 4, 0));
        assertEquals(3, toStart(3, UNKNOWN, 0, 8, 0));
    }

    @Test
    void shortTasksThatAreSoonDoneAreNotWorthAFurtherWorker() {
        assertEquals(0, toStart(1_000, SHORT, 0, 1, 0));
        assertEquals(1, toStart(8_000, SHORT, 0, 1, 0), "80 ms of work");
        assertEquals(2, toStart(100_000, SHORT, 0, 1, 0), "a second of work");
    }

    @Test
    void aShortTaskBehindOneThatDoesNotEndIsWorthOne() {
        assertEquals(0, toStart(1, SHORT, LeaseRules.STUCK_NANOS - 1, 1, 0));
        assertEquals(1, toStart(1, SHORT, LeaseRules.STUCK_NANOS, 1, 0));
    }

    private static boolean takes(int inFlight, long expectedNanos, long furtherNanos, boolean alone) {
        return LeaseRules.takes(new Load(inFlight, expectedNanos, 0), furtherNanos, 0, alone);
    }

    @Test
    void argumentsAreSentAheadWithinBounds() {
        long most = LeaseRules.MOST_BYTES_AHEAD;
        assertTrue(LeaseRules.takes(new Load(0, 0, 0), SHORT, 10 * most, false), "it has to go somewhere");
        assertTrue(LeaseRules.takes(new Load(1, SHORT, most - 1), SHORT, 1, false));
        assertFalse(LeaseRules.takes(new Load(1, SHORT, most), SHORT, 1, false));
    }

    @Test
    void anIdleWorkerTakesWhateverComes() {
        assertTrue(takes(0, 0, UNKNOWN, false));
        assertTrue(takes(0, 0, UNKNOWN, true));
    }

    @Test
    void aBusyOneTakesOnlyWhatIsShort() {
        assertTrue(takes(1, SHORT, SHORT, false));
        assertFalse(takes(1, SHORT, UNKNOWN, false));
        assertFalse(takes(1, UNKNOWN, SHORT, false));
        assertFalse(takes(1, SHORT, SHORT, true));
        assertFalse(takes(LeaseRules.MOST_AHEAD, SHORT, SHORT, false));
    }

    @Test
    void paceFollowsWhatRanLatelyAndIsNotMisledByOne() {
        Paces paces = new Paces();
        assertEquals(UNKNOWN, paces.of("f"));
        paces.ran("f", SHORT);
        assertEquals(SHORT, paces.of("f"));
        paces.ran("f", 1_000 * SHORT);
        assertTrue(paces.of("f") < 5 * SHORT, "one was held up");
        for (int i = 0; i < 50; i++) {
            paces.ran("f", 1_000 * SHORT);
        }
        assertTrue(paces.of("f") > 990 * SHORT, "it has become slow");
        paces.ran("g", 0);
        assertEquals(1_000, paces.of("g"));
    }
}
