package dev.orrery.nccl.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.watchdog.SilenceWindow.Judgement;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SilenceWindowTest {
    private static final long MS = 1_000_000;
    private static final Limits LIMITS = new Limits(2_000 * MS, 100 * MS);

    /** Begins near the overflow of the clock, which has no meaning. */
    private final long zero = Long.parseLong("9223372036354775807");

    /** Ticks every 100 ms from after {@code from} up to {@code to}; stops at the first silence. */
    private Judgement ticks(SilenceWindow window, long from, long to) {
        Judgement judgement = new Judgement(window, Optional.empty());
        for (long at = from + 100; at <= to && judgement.silentFor().isEmpty(); at += 100) {
            judgement = judgement.next().tick(zero + at * MS, LIMITS);
        }
        return judgement;
    }

    @Test
    void silenceIsFoundJustAfterItsLimit() {
        SilenceWindow window = SilenceWindow.startingAt(zero);
        assertTrue(ticks(window, 0, 2_000).silentFor().isEmpty());
        assertEquals(
                Optional.of(Duration.ofMillis(2_100)), ticks(window, 0, 10_000).silentFor());
    }

    @Test
    void whatIsHeardBeginsTheSilenceAnew() {
        SilenceWindow window =
                ticks(SilenceWindow.startingAt(zero), 0, 1_900).next().heard(zero + 1_950 * MS);
        assertTrue(ticks(window, 1_900, 3_900).silentFor().isEmpty());
        assertEquals(
                Optional.of(Duration.ofMillis(2_050)),
                ticks(window, 1_900, 9_000).silentFor());
    }

    @Test
    void aLateTickDiscardsTheVerdictAndBeginsAnew() {
        SilenceWindow window = ticks(SilenceWindow.startingAt(zero), 0, 1_000).next();
        Judgement late = window.tick(zero + 60_000 * MS, LIMITS);
        assertTrue(late.silentFor().isEmpty());
        assertTrue(ticks(late.next(), 60_000, 62_000).silentFor().isEmpty());
        assertEquals(
                Optional.of(Duration.ofMillis(2_100)),
                ticks(late.next(), 60_000, 70_000).silentFor());
    }

    @Test
    void aTickThatIsALittleLateCounts() {
        SilenceWindow window = ticks(SilenceWindow.startingAt(zero), 0, 1_900).next();
        assertTrue(window.tick(zero + 2_400 * MS, LIMITS).silentFor().isPresent());
    }
}
