package dev.orrery.nccl.watchdog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import org.junit.jupiter.api.Test;

final class ProgressWatchTest {
    private final ProgressWatch watch = new ProgressWatch(new Limits(1_000, 100), 0);
    private long now;

    /** Ticks for that long; returns whether it was found to stand still. */
    private boolean stalls(long duration, boolean active, long progress) {
        for (long end = now + duration; now < end; ) {
            now += 100;
            if (watch.tick(active, progress, now).isPresent()) {
                return true;
            }
        }
        return false;
    }

    @Test
    void idleIsHealthyForEver() {
        assertFalse(stalls(1_000_000, false, 7));
    }

    @Test
    void theTimeBeginsWhenThereIsSomethingToMove() {
        assertFalse(stalls(5_000, false, 0));
        assertFalse(stalls(1_000, true, 0));
        assertTrue(stalls(200, true, 0));
    }

    @Test
    void progressBeginsItAnew() {
        for (int i = 0; i < 100; i++) {
            assertFalse(stalls(900, true, i));
        }
        assertTrue(stalls(1_200, true, 99));
    }

    @Test
    void workThatEndedIsForgotten() {
        assertFalse(stalls(900, true, 0));
        assertFalse(stalls(100, false, 0));
        assertFalse(stalls(1_000, true, 0));
    }
}
