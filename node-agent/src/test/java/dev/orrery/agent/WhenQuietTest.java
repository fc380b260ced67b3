package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WhenQuietTest {
    private static final long START = 1_000_000_000_000L;

    private int begun;
    private final WhenQuiet when = new WhenQuiet(() -> begun++, START);

    private void tick(boolean busy, long millis) {
        when.tick(busy, START + Duration.ofMillis(millis).toNanos());
    }

    @Test
    void beginsOnceWhenNothingHasStartedForAWhile() {
        tick(false, 1_900);
        tick(true, 1_950);
        tick(false, 3_949);
        assertEquals(0, begun);
        tick(false, 3_950);
        tick(false, 60_000);
        assertEquals(1, begun);
    }

    @Test
    void doesNotWaitForEver() {
        for (int millis = 0; millis < 30_000; millis += 100) {
            tick(true, millis);
        }
        assertEquals(0, begun);
        tick(true, 30_000);
        assertEquals(1, begun);
    }
}
