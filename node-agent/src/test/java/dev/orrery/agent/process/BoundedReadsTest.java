package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
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
        assertEquals(Optional.of(true), patient.ask(ANSWERS, () -> true));
        assertEquals(Optional.of(false), patient.ask(ANSWERS, () -> false));
    }

    @Test
    void oneThatHangsKeepsNobodyAndIsAskedOnce() {
        assertEquals(Optional.empty(), reads.ask(HANGS, this::hang));
        awaitAsked(1);
        assertEquals(Optional.empty(), reads.ask(HANGS, this::hang));
        assertEquals(1, asked.get());
    }

    @Test
    void onceItHasAnsweredItIsAskedAgain() {
        assertEquals(Optional.empty(), reads.ask(HANGS, this::hang));
        gate.countDown();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> reads.ask(HANGS, this::hang)
                .isPresent());
    }

    @Test
    void manyThatHangDoNotTakeThreadsForEver() {
        for (int i = 0; i < 100; i++) {
            assertEquals(Optional.empty(), reads.ask(new ProcessId(100 + i, 1), this::hang));
        }
        awaitAsked(16);
        assertEquals(Optional.empty(), reads.ask(ANSWERS, () -> true), "as many as may hang do");
    }
}
