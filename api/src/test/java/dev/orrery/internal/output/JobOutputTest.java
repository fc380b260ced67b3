package dev.orrery.internal.output;

import static dev.orrery.internal.output.TestingNodeLogs.life;
import static dev.orrery.internal.output.TestingNodeLogs.worker;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.testing.TestingClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JobOutputTest {
    private static final ActorLife A1 = life("1-1", 1);

    private final TestingNodeLogs node = new TestingNodeLogs();
    private final TestingClock clock = new TestingClock();
    private final List<String> shown = new ArrayList<>();
    private final JobOutput output = new JobOutput(node, shown::add, 5, clock);

    @Test
    void linesSayWhoPrintedThemAndWhatTheWorkerSaysOfItselfIsLeftOut() {
        node.workers.add(worker(A1, "Counter", false));
        node.print(
                A1,
                "2026-01-02T03:04:05.678 INFO  [Counter 1-1#1] main d.o.w.WorkerMain - actor Counter is open\n"
                        + "hello\n"
                        + "2026-01-02T03:04:05.678 ERROR [Counter 1-1#1] main d.o.w.WorkerMain - failed: no\n"
                        + "2026-01-02T03:04:05.678 INFO  [main] mine - a line of the user's own log\n");
        output.look();
        assertEquals(
                List.of(
                        "(Counter pid=1234, node-2) hello",
                        "(Counter pid=1234, node-2) 2026-01-02T03:04:05.678 ERROR [Counter 1-1#1] main d.o.w.WorkerMain - failed: no",
                        "(Counter pid=1234, node-2) 2026-01-02T03:04:05.678 INFO  [main] mine - a line of the user's own log"),
                shown);
        output.close();
    }

    @Test
    void whatIsTooMuchIsCountedInOneLine() {
        node.workers.add(worker(A1, "Counter", false));
        node.print(A1, "line\n".repeat(1_205));
        output.look();
        assertEquals(5, shown.size());
        clock.advance(Duration.ofSeconds(1));
        output.look();
        assertEquals(6, shown.size());
        assertEquals("(orrery) lines left out: 1,200 (more than 5 a second)", shown.get(5));
        node.print(A1, "line\n".repeat(6));
        output.close();
        assertEquals("(orrery) lines left out: 1 (more than 5 a second)", shown.get(shown.size() - 1));
        assertEquals(12, shown.size());
    }

    @Test
    void withoutALeaderOrAnAgentItGoesOnLater() {
        node.workers.add(worker(A1, "Counter", false));
        node.print(A1, "hello\n");
        node.failure = Optional.of(OrreryException.of(ErrorCode.UNAVAILABLE, "not now"));
        output.look();
        assertEquals(List.of(), shown);
        node.failure = Optional.empty();
        output.look();
        assertEquals(1, shown.size());
        output.close();
    }

    @Test
    void theLastLinesAreShownAtItsEnd() {
        node.workers.add(worker(A1, "Counter", false));
        node.print(A1, "one\nno end");
        output.close();
        output.close();
        assertEquals(List.of("(Counter pid=1234, node-2) one", "(Counter pid=1234, node-2) no end"), shown);
    }

    @Test
    void whoeverDoesNotTakeALineHoldsUpItsEndForABoundedTime() throws InterruptedException {
        node.workers.add(worker(A1, "Counter", false));
        node.print(A1, "one\n");
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        JobOutput stuck = new JobOutput(
                node,
                line -> {
                    taking.countDown();
                    awaitQuietly(never);
                },
                5,
                clock);
        stuck.start();
        assertTrue(taking.await(20, TimeUnit.SECONDS));
        long began = System.nanoTime();
        stuck.close();
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(15));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
