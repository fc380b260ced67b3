package dev.orrery.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RequestLogTest {
    private static final float[] ANSWER = {1};

    private final RequestLog log = new RequestLog();

    @Test
    void countsWhatIsOpenAnsweredAndFailed() {
        int answered = log.sent(0, 0);
        int failed = log.sent(1, 0);
        log.sent(2, 0);
        log.answered(answered, ANSWER, millis(5));
        log.failed(failed, new IllegalStateException("no"), millis(6));

        assertEquals(3, log.requests());
        assertEquals(1, log.answered());
        assertEquals(1, log.open());
        assertEquals("no", log.firstFailure().orElseThrow().getMessage());
    }

    @Test
    void countsASecondAnswer() {
        int request = log.sent(0, 0);
        log.answered(request, ANSWER, millis(5));
        log.answered(request, ANSWER, millis(6));

        assertEquals(1, log.answered());
        assertEquals(1, log.answeredTwice());
    }

    @Test
    void measuresTheLongestTimeWithoutAnAnswerWhateverTheOrder() {
        int first = log.sent(0, 0);
        int second = log.sent(0, 0);
        int third = log.sent(0, 0);
        log.answered(second, ANSWER, millis(40));
        log.answered(third, ANSWER, millis(45));
        log.answered(first, ANSWER, millis(10));

        assertEquals(30.0, log.maxGapMillis());
    }

    @Test
    void measuresLatencyFromWhenARequestWasDue() {
        for (int i = 1; i <= 100; i++) {
            log.answered(log.sent(0, millis(1)), ANSWER, millis(1 + i));
        }

        assertEquals(50.0, RequestLog.percentile(log.allMillis(), 0.5));
        assertEquals(99.0, RequestLog.percentile(log.allMillis(), 0.99));
    }

    private static long millis(long value) {
        return value * 1_000_000;
    }
}
