package dev.orrery.agent.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.warm.WarmRules.Stock;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WarmRulesTest {
    private static final long NOW = 1_000_000_000_000L;

    private static long ago(long millis) {
        return NOW - Duration.ofMillis(millis).toNanos();
    }

    private static Optional<WarmState> to(WarmState state, WarmEvent event) {
        return WarmRules.TABLE.on(state, event) instanceof Outcome.Go<WarmState> go
                ? Optional.of(go.to())
                : Optional.empty();
    }

    @Test
    void everyPairHasAnOutcome() {
        for (WarmState state : WarmState.values()) {
            for (WarmEvent event : WarmEvent.values()) {
                assertNotNull(WarmRules.TABLE.on(state, event), state + " " + event);
            }
        }
    }

    @Test
    void aProcessOfALifeIsNeverEndedHere() {
        for (WarmEvent event : WarmEvent.values()) {
            assertEquals(Optional.empty(), to(WarmState.BOUND, event), event.name());
        }
        for (WarmEvent event : java.util.List.of(WarmEvent.LOST, WarmEvent.OVERDUE, WarmEvent.UNNEEDED)) {
            assertEquals(Optional.empty(), to(WarmState.BINDING, event), event.name());
            assertEquals(
                    event == WarmEvent.OVERDUE ? Optional.empty() : Optional.of(WarmState.ENDING),
                    to(WarmState.WAITING, event),
                    event.name());
        }
    }

    @Test
    void onlyOneThatWaitsIsTakenAndOnlyOnce() {
        for (WarmState state : WarmState.values()) {
            Optional<WarmState> expected =
                    state == WarmState.WAITING ? Optional.of(WarmState.BINDING) : Optional.empty();
            assertEquals(expected, to(state, WarmEvent.TAKEN), state.name());
        }
    }

    private static boolean starts(int starting, int waiting, long lastBusy, int failures, long lastFailure) {
        return WarmRules.startsOne(new Stock(2, starting, waiting, ago(5_000), lastBusy, lastFailure, failures), NOW);
    }

    @Test
    void oneAtATimeUpToWhatIsWanted() {
        assertTrue(starts(0, 0, ago(1_000), 0, 0));
        assertTrue(starts(0, 1, ago(1_000), 0, 0));
        assertFalse(starts(0, 2, ago(1_000), 0, 0));
        assertFalse(starts(1, 0, ago(1_000), 0, 0));
    }

    @Test
    void livesGoFirstButNotForEver() {
        assertFalse(starts(0, 0, ago(999), 0, 0));
        assertTrue(WarmRules.startsOne(new Stock(2, 0, 0, ago(10_000), NOW, 0, 0), NOW));
        assertFalse(WarmRules.startsOne(new Stock(2, 0, 0, ago(9_999), NOW, 0, 0), NOW));
    }

    @Test
    void afterFailuresEverLaterUpToAMinute() {
        assertFalse(starts(0, 0, ago(5_000), 1, ago(999)));
        assertTrue(starts(0, 0, ago(5_000), 1, ago(1_000)));
        assertFalse(starts(0, 0, ago(5_000), 3, ago(3_999)));
        assertTrue(starts(0, 0, ago(5_000), 3, ago(4_000)));
        assertFalse(starts(0, 0, ago(5_000), 60, ago(63_999)));
        assertTrue(starts(0, 0, ago(5_000), 60, ago(64_000)));
    }
}
