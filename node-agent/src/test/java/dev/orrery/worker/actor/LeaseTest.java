package dev.orrery.worker.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration TERM = Duration.ofSeconds(10);

    private final TestingClock clock = new TestingClock();
    private final ManualTimers timers = new ManualTimers(clock);
    private final Deque<CompletableFuture<Duration>> asked = new ArrayDeque<>();
    private final Lease lease = new Lease("counter", this::ask, clock, timers);

    private CompletableFuture<Duration> ask() {
        asked.add(new CompletableFuture<>());
        return asked.getLast();
    }

    private void grant() {
        asked.remove().complete(TERM);
    }

    private void refuse() {
        asked.remove().completeExceptionally(OrreryException.of(ErrorCode.UNAVAILABLE, "no head leads"));
    }

    @Test
    void nothingIsHeldBeforeTheFirstGrant() {
        lease.start();
        assertFalse(lease.holds());
        grant();
        assertTrue(lease.holds());
    }

    @Test
    void itCountsFromTheMomentWhenItWasAskedFor() {
        lease.start();
        // The answer takes six seconds; or this process was stopped for so long.
        timers.advance(Duration.ofSeconds(6));
        grant();
        clock.advance(Duration.ofMillis(3_999));
        assertTrue(lease.holds());
        clock.advance(Duration.ofMillis(1));
        assertFalse(lease.holds());
    }

    @Test
    void anAnswerThatComesAfterItsTimeGivesNothing() {
        lease.start();
        timers.advance(TERM);
        grant();
        assertFalse(lease.holds());
    }

    @Test
    void itIsRenewedLongBeforeItsEnd() {
        lease.start();
        grant();
        timers.advance(Duration.ofSeconds(2));
        assertEquals(1, asked.size());
        grant();
        timers.advance(Duration.ofMillis(9_900));
        assertTrue(lease.holds());
    }

    @Test
    void aRefusalEndsNothingAndIsTriedAgain() {
        lease.start();
        grant();
        for (int i = 0; i < 20; i++) {
            timers.advance(Duration.ofSeconds(2));
            if (!asked.isEmpty()) {
                refuse();
            }
            assertEquals(i < 4, lease.holds(), "after " + (i + 1) * 2 + " s");
        }
        timers.advance(Duration.ofSeconds(1));
        grant();
        assertTrue(lease.holds());
    }

    @Test
    void anEarlierAnswerThatComesLaterShortensNothing() {
        lease.start();
        CompletableFuture<Duration> slow = asked.remove();
        timers.advance(Duration.ofSeconds(1));
        // Two requests are never under way, but a grant is only ever an extension.
        slow.complete(TERM);
        timers.advance(Duration.ofSeconds(2));
        grant();
        assertTrue(lease.holds());
        timers.advance(Duration.ofSeconds(9));
        assertTrue(lease.holds());
    }

    @Test
    void whatIsClosedAsksNoMore() {
        lease.start();
        grant();
        lease.close();
        timers.advance(TERM);
        assertTrue(asked.isEmpty());
        assertFalse(lease.holds());
    }
}
