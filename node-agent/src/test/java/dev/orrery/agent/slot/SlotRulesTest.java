package dev.orrery.agent.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.orrery.agent.slot.SlotObservation.Work;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotRulesTest {
    private static final long NOW = 1_000_000_000_000L;
    private static final SlotTimes TIMES =
            new SlotTimes(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(1));

    /** An observation that changes nothing, to be altered. */
    private static final class Seen {
        boolean wanted = true;
        boolean superseded;
        Work preparation = Work.PENDING;
        boolean alone = true;
        Work fork = Work.PENDING;
        boolean connected;
        boolean open;
        boolean silent;
        boolean gone;
        boolean cleared;
        long deadline = NOW + 1;

        SlotObservation build() {
            return new SlotObservation(
                    wanted, superseded, preparation, alone, fork, connected, open, silent, gone, cleared, deadline);
        }
    }

    private static Optional<SlotState> to(SlotState from, Seen seen) {
        return SlotRules.next(from, seen.build(), TIMES, NOW).map(SlotStep::to);
    }

    private static void goes(SlotState from, SlotState to, Seen seen) {
        assertEquals(Optional.of(to), to(from, seen), from + " -> " + to);
    }

    private static void stays(SlotState state, Seen seen) {
        assertEquals(Optional.empty(), to(state, seen), state + " stays");
    }

    @Test
    void everyPairHasAnOutcome() {
        for (SlotState state : SlotState.values()) {
            for (SlotEvent event : SlotEvent.values()) {
                assertNotNull(SlotRules.TABLE.on(state, event), state + " " + event);
            }
        }
    }

    /** Whatever is seen together, the rules never derive an event that the table refuses. */
    @Test
    void noObservationLeadsToARefusedPair() {
        boolean[] both = {false, true};
        for (SlotState state : SlotState.values()) {
            for (int bits = 0; bits < 1 << 8; bits++) {
                for (Work preparation : Work.values()) {
                    for (Work fork : Work.values()) {
                        for (boolean late : both) {
                            SlotObservation seen = new SlotObservation(
                                    (bits & 1) != 0,
                                    (bits & 2) != 0,
                                    preparation,
                                    (bits & 4) != 0,
                                    fork,
                                    (bits & 8) != 0,
                                    (bits & 16) != 0,
                                    (bits & 32) != 0,
                                    (bits & 64) != 0,
                                    (bits & 128) != 0,
                                    late ? NOW : NOW + 1);
                            SlotRules.event(state, seen, NOW)
                                    .ifPresent(event -> assertEquals(
                                            "Go",
                                            SlotRules.TABLE
                                                    .on(state, event)
                                                    .getClass()
                                                    .getSimpleName(),
                                            state + " " + seen));
                        }
                    }
                }
            }
        }
    }

    @Test
    void preparing() {
        Seen ready = new Seen();
        ready.preparation = Work.DONE;
        goes(SlotState.PREPARING, SlotState.LAUNCHING, ready);
        ready.alone = false;
        stays(SlotState.PREPARING, ready);
        ready.deadline = NOW;
        goes(SlotState.PREPARING, SlotState.EXITED, ready);
        Seen failed = new Seen();
        failed.preparation = Work.FAILED;
        goes(SlotState.PREPARING, SlotState.EXITED, failed);
        Seen unwanted = new Seen();
        unwanted.preparation = Work.DONE;
        unwanted.wanted = false;
        goes(SlotState.PREPARING, SlotState.EXITED, unwanted);
        stays(SlotState.PREPARING, new Seen());
    }

    @Test
    void aForkIsNeverForgotten() {
        Seen seen = new Seen();
        seen.wanted = false;
        seen.superseded = true;
        seen.deadline = NOW;
        stays(SlotState.LAUNCHING, seen);
        seen.fork = Work.DONE;
        goes(SlotState.LAUNCHING, SlotState.REGISTERING, seen);
        seen.fork = Work.FAILED;
        goes(SlotState.LAUNCHING, SlotState.EXITED, seen);
    }

    @Test
    void runningProcesses() {
        Seen seen = new Seen();
        stays(SlotState.REGISTERING, seen);
        stays(SlotState.RUNNING, seen);
        seen.connected = true;
        goes(SlotState.REGISTERING, SlotState.RUNNING, seen);
        seen.deadline = NOW;
        goes(SlotState.RUNNING, SlotState.KILLING, seen);
        seen.open = true;
        stays(SlotState.RUNNING, seen);
        seen.silent = true;
        stays(SlotState.RUNNING, seen);
        seen.connected = false;
        goes(SlotState.RUNNING, SlotState.KILLING, seen);
        goes(SlotState.REGISTERING, SlotState.KILLING, seen);
        seen.silent = false;
        seen.connected = true;
        seen.wanted = false;
        goes(SlotState.RUNNING, SlotState.STOPPING, seen);
        goes(SlotState.REGISTERING, SlotState.TERMINATING, seen);
        seen.superseded = true;
        goes(SlotState.RUNNING, SlotState.KILLING, seen);
        goes(SlotState.REGISTERING, SlotState.KILLING, seen);
        seen.gone = true;
        goes(SlotState.RUNNING, SlotState.CLEARING, seen);
        goes(SlotState.REGISTERING, SlotState.CLEARING, seen);
    }

    @Test
    void stoppingEscalatesAndOnlyAConfirmedEndEndsIt() {
        Seen seen = new Seen();
        seen.wanted = false;
        seen.connected = true;
        stays(SlotState.STOPPING, seen);
        seen.connected = false;
        goes(SlotState.STOPPING, SlotState.TERMINATING, seen);
        stays(SlotState.TERMINATING, seen);
        stays(SlotState.KILLING, seen);
        seen.deadline = NOW;
        goes(SlotState.TERMINATING, SlotState.KILLING, seen);
        goes(SlotState.KILLING, SlotState.KILLING, seen);
        seen.wanted = true;
        goes(SlotState.TERMINATING, SlotState.KILLING, seen);
        seen.gone = true;
        for (SlotState state : List.of(SlotState.STOPPING, SlotState.TERMINATING, SlotState.KILLING)) {
            goes(state, SlotState.CLEARING, seen);
        }
        stays(SlotState.CLEARING, seen);
        seen.cleared = true;
        goes(SlotState.CLEARING, SlotState.EXITED, seen);
        stays(SlotState.EXITED, seen);
    }

    @Test
    void entriesAskForWhatTheStateIsAbout() {
        assertEquals(List.of(SlotEffect.LAUNCH), SlotRules.effects(SlotState.LAUNCHING));
        assertEquals(List.of(SlotEffect.ASK_TO_STOP), SlotRules.effects(SlotState.STOPPING));
        assertEquals(List.of(SlotEffect.TERMINATE), SlotRules.effects(SlotState.TERMINATING));
        assertEquals(List.of(SlotEffect.KILL), SlotRules.effects(SlotState.KILLING));
        assertEquals(List.of(SlotEffect.END_STRAYS), SlotRules.effects(SlotState.CLEARING));
        assertEquals(List.of(SlotEffect.CLEAN_UP), SlotRules.effects(SlotState.EXITED));
    }

    @Test
    void stoppingTakesTheStopTimeoutInTwoHalvesAndStartingHasOneDeadline() {
        Seen seen = new Seen();
        seen.wanted = false;
        seen.connected = true;
        SlotStep stopping =
                SlotRules.next(SlotState.RUNNING, seen.build(), TIMES, NOW).orElseThrow();
        assertEquals(NOW + Duration.ofSeconds(5).toNanos(), stopping.deadline());
        Seen starting = new Seen();
        starting.fork = Work.DONE;
        SlotStep forked = SlotRules.next(SlotState.LAUNCHING, starting.build(), TIMES, NOW)
                .orElseThrow();
        assertEquals(starting.deadline, forked.deadline());
    }
}
