package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedReadsTest {
    private static final ProcessId HANGS = new ProcessId(1, 1);
    private static final ProcessId ANSWERS = new ProcessId(2, 1);

    private final BoundedReads reads = new BoundedReads(Duration.ofMillis(20));
    private final BoundedReads patient = new BoundedReads(Duration.ofSeconds(30));
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void close() {
        gate.countDown();
        reads.close();
        patient.close();
    }

    private boolean hang() throws InterruptedException {
        asked.incrementAndGet();
        gate.await();
        return true;
    }

    private void awaitAsked(int times) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> asked.get() == times);
    }

    @Test
    void anAnswerIsPassedOn() {
        assertTrue(patient.ask(ANSWERS, () -> true));
        assertFalse(patient.ask(ANSWERS, () -> false));
    }

    @Test
    void oneThatHangsKeepsNobodyAndIsAskedOnce() {
        assertFalse(reads.ask(HANGS, this::hang));
        awaitAsked(1);
        assertFalse(reads.ask(HANGS, this::hang));
        assertEquals(1, asked.get());
    }

    @Test
    void onceItHasAnsweredItIsAskedAgain() {
        assertFalse(reads.ask(HANGS, this::hang));
        gate.countDown();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> reads.ask(HANGS, this::hang));
    }

    @Test
    void manyThatHangDoNotTakeThreadsForEver() {
        for (int i = 0; i < 100; i++) {
            assertFalse(reads.ask(new ProcessId(100 + i, 1), this::hang));
        }
        awaitAsked(16);
        assertFalse(reads.ask(ANSWERS, () -> true), "as many as may hang do");
    }
}
