package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StallWatchTest {
    private final StallWatch watch = new StallWatch(1_000, 100, 0);

    @Test
    void aCallIsStalledAtTheLimitOnly() {
        watch.begin();
        assertFalse(watch.stalled(100));
        for (long now = 200; now < 1_100; now += 100) {
            assertFalse(watch.stalled(now), "at " + now);
        }
        assertTrue(watch.stalled(1_100));
    }

    @Test
    void anotherCallStartsAnew() {
        for (long now = 100; now < 5_000; now += 100) {
            watch.begin();
            assertFalse(watch.stalled(now));
            watch.end();
        }
    }

    @Test
    void idlenessIsNoStall() {
        for (long now = 100; now < 5_000; now += 100) {
            assertFalse(watch.stalled(now));
        }
    }

    @Test
    void aPauseOfTheProcessIsNoStall() {
        watch.begin();
        assertFalse(watch.stalled(100));
        assertFalse(watch.stalled(60_000));
        assertFalse(watch.stalled(60_100));
    }
}
