package dev.orrery.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.TestingClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LineRateTest {
    private final TestingClock clock = new TestingClock();
    private LineRate rate = LineRate.of(10, clock.nanoTime());

    private LineRate.Step offer(int lines, long skippedBytes) {
        LineRate.Step step = rate.offer(lines, skippedBytes, clock.nanoTime());
        rate = step.next();
        return step;
    }

    @Test
    void soManyLinesAreShownInASecondAndTheOthersCounted() {
        assertEquals(7, offer(7, 0).show());
        assertEquals(3, offer(5, 0).show());
        assertEquals(0, offer(100, 0).show());
        clock.advance(Duration.ofMillis(999));
        assertFalse(offer(1, 0).tells(), "the second goes on");
        clock.advance(Duration.ofMillis(1));
        LineRate.Step next = offer(12, 0);
        assertEquals(10, next.show());
        assertEquals(2 + 100 + 1, next.toldLeftOut());
        clock.advance(Duration.ofSeconds(1));
        assertEquals(2, offer(0, 0).toldLeftOut(), "also when nothing more comes");
        clock.advance(Duration.ofSeconds(5));
        assertFalse(offer(0, 0).tells(), "once");
    }

    @Test
    void whatWasNotReadIsToldInBytes() {
        assertFalse(offer(1, 4_000).tells());
        offer(0, 500);
        clock.advance(Duration.ofSeconds(1));
        LineRate.Step step = offer(0, 0);
        assertTrue(step.tells());
        assertEquals(0, step.toldLeftOut());
        assertEquals(4_500, step.toldUnreadBytes());
    }

    @Test
    void atItsEndAllIsTold() {
        offer(15, 3);
        LineRate.Step end = rate.end();
        assertEquals(5, end.toldLeftOut());
        assertEquals(3, end.toldUnreadBytes());
        assertFalse(LineRate.of(10, clock.nanoTime()).end().tells());
    }

    @Test
    void theClockMayBeNegative() {
        LineRate early = LineRate.of(1, Long.MAX_VALUE - 10);
        assertEquals(1, early.offer(5, 0, Long.MIN_VALUE + 10).show());
        assertEquals(
                0,
                early.offer(5, 0, Long.MIN_VALUE + 10)
                        .next()
                        .offer(1, 0, Long.MIN_VALUE + 20)
                        .show());
    }
}
