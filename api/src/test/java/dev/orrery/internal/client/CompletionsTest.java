package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.TestingClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private final Queue<Runnable> turns = new ArrayDeque<>();
    private final TestingClock clock = new TestingClock();
    private final Completions completions = new Completions(turns::add, clock);

    private CallOutcome<Integer> answered(int number) {
        CallOutcome<Integer> outcome = outcome();
        outcome.arrive(() -> number);
        return outcome;
    }

    private CallOutcome<Integer> outcome() {
        return new CallOutcome<>(completions, () -> {});
    }

    private void takeTurn() {
        turns.remove().run();
    }

    @Test
    void oneTurnReadsAllThatWaits() {
        CallOutcome<Integer> first = answered(1);
        CallOutcome<Integer> second = answered(2);
        CallOutcome<Integer> third = answered(3);
        assertEquals(1, turns.size());
        takeTurn();
        assertEquals(6, first.join() + second.join() + third.join());
        assertEquals(0, turns.size());
        answered(4);
        assertEquals(1, turns.size());
    }

    @Test
    void whatMayBlockGivesTheTurnAway() {
        CallOutcome<Integer> first = outcome();
        CallOutcome<Integer> second = outcome();
        AtomicBoolean wasThere = new AtomicBoolean();
        // Waits for the second answer, as a user's callback may.
        first.thenRun(() -> {
            takeTurn();
            wasThere.set(second.isDone());
        });
        first.arrive(() -> 1);
        second.arrive(() -> 2);
        takeTurn();
        assertTrue(wasThere.get());
        assertEquals(0, turns.size());
        answered(3);
        assertEquals(1, turns.size());
    }

    @Test
    void aTurnThatTakesLongIsTakenAway() {
        CallOutcome<Integer> stuck = outcome();
        CallOutcome<Integer> after = outcome();
        CallOutcome<Integer> last = outcome();
        stuck.arrive(() -> {
            after.arrive(() -> 2);
            assertEquals(0, turns.size());
            clock.advance(Duration.ofMillis(10));
            last.arrive(() -> 3);
            assertEquals(1, turns.size());
            takeTurn();
            assertTrue(after.isDone() && last.isDone());
            return 1;
        });
        takeTurn();
        assertEquals(1, stuck.join());
        assertEquals(0, turns.size());
        CallOutcome<Integer> later = answered(4);
        takeTurn();
        assertTrue(later.isDone());
    }

    @Test
    void answersAreReadAlthoughTheClientWasClosed() {
        Completions closed = new Completions(
                work -> {
                    throw new RejectedExecutionException();
                },
                clock);
        CallOutcome<Integer> outcome = new CallOutcome<>(closed, () -> {});
        assertFalse(outcome.isDone());
        outcome.arrive(() -> 1);
        assertTrue(outcome.isDone());
    }
}
