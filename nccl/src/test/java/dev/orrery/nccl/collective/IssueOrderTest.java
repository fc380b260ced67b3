package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.Failure;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations start in the order in which they were issued, from one thread or several. */
final class IssueOrderTest {
    private final List<String> told = new ArrayList<>();
    private final IssueOrder order = new IssueOrder();

    private void collective(String name) {
        order.collective(number -> told.add(name + " " + number));
    }

    private void pointToPoint(String name) {
        order.pointToPoint(() -> told.add(name));
    }

    @Test
    void whatIsIssuedBehindACollectiveOperationWaits() {
        pointToPoint("send");
        assertTrue(order.isFree());
        collective("first");
        assertFalse(order.isFree());
        pointToPoint("receive");
        pointToPoint("another send");
        collective("second");
        pointToPoint("last");
        assertEquals(List.of("send", "first 0"), told);
        order.finished(() -> told.add("outcome"));
        assertEquals(List.of("send", "first 0", "receive", "outcome", "another send", "second 1"), told);
        assertFalse(order.isFree());
        order.finished(() -> {});
        assertEquals("last", told.get(told.size() - 1));
        assertTrue(order.isFree());
    }

    @Test
    void outcomesAreToldInOrderAndTheStackDoesNotGrow() {
        int count = 100_000;
        List<Integer> outcomes = new ArrayList<>();
        collective("holds the others back");
        for (int i = 0; i < count; i++) {
            int each = i;
            order.collective(number -> order.finished(() -> outcomes.add(each)));
        }
        order.finished(() -> outcomes.add(-1));
        assertEquals(count + 1, outcomes.size());
        for (int i = 0; i <= count; i++) {
            assertEquals(i - 1, outcomes.get(i));
        }
        assertTrue(order.isFree());
    }

    @Test
    void anOutcomeCanIssueAndOvertakesNothing() {
        collective("first");
        collective("second");
        order.finished(() -> pointToPoint("issued by the outcome"));
        assertEquals(List.of("first 0", "second 1"), told);
        order.finished(() -> {});
        assertEquals(List.of("first 0", "second 1", "issued by the outcome"), told);
    }

    @Test
    void manyQueuedOperationsOfAWorldThatBreaksAllFail() {
        TestingTransfers transfers = new TestingTransfers(2, 7);
        Collectives collectives = new Collectives(transfers.member(0), new IssueOrder());
        List<CompletableFuture<Void>> barriers = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            barriers.add(collectives.barrier());
        }
        transfers.fail(Failure.of("test", "it was to break"));
        barriers.forEach(barrier -> assertTrue(barrier.isCompletedExceptionally()));
    }

    /** Each member issues the same operations from its own thread, while two others move the messages. */
    @Test
    @Timeout(60)
    void manyOperationsWithThreads() throws InterruptedException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        long before = MemoryPool.shared().blocksInUse();
        int size = 4;
        int count = 300;
        TestingTransfers transfers = new TestingTransfers(size, seed);
        ConcurrentLinkedQueue<CollectiveCase.Part> parts = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> movers = List.of(mover(transfers, over, failures), mover(transfers, over, failures));
        List<Thread> issuers = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            int member = rank;
            issuers.add(started("issuer-" + rank, failures, () -> {
                Collectives collectives =
                        new Collectives(transfers.member(member), new IssueOrder(), CollectivesTest.ALL_LARGE);
                Random random = new Random(seed);
                for (int i = 0; i < count; i++) {
                    CollectiveCase example = any(random, size);
                    CollectiveCase.Part part = example.issue(transfers.member(member), collectives);
                    parts.add(part);
                    part.results().orTimeout(30, TimeUnit.SECONDS).whenComplete((results, failure) -> {
                        if (failure != null) {
                            failures.add(failure);
                        }
                    });
                    if (random.nextInt(10) == 0) {
                        part.results().join();
                        example.check(part);
                    }
                }
            }));
        }
        for (Thread issuer : issuers) {
            issuer.join();
        }
        for (CollectiveCase.Part part : parts) {
            part.results().join();
            part.closeAll();
        }
        over.set(true);
        for (Thread mover : movers) {
            mover.join();
        }
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(size * count, parts.size());
        assertTrue(MemoryPool.shared().blocksInUse() <= before);
    }

    private static CollectiveCase any(Random random, int size) {
        CollectiveKind[] kinds = CollectiveKind.values();
        return new CollectiveCase(
                kinds[random.nextInt(kinds.length)],
                DataType.INT32,
                ReduceOperation.SUM,
                size,
                random.nextInt(200),
                random.nextInt(size),
                random.nextInt());
    }

    private static Thread mover(
            TestingTransfers transfers, AtomicBoolean over, ConcurrentLinkedQueue<Throwable> failures) {
        return started("mover", failures, () -> {
            while (!over.get()) {
                if (!transfers.move()) {
                    Thread.onSpinWait();
                }
            }
        });
    }

    private static Thread started(String name, ConcurrentLinkedQueue<Throwable> failures, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setUncaughtExceptionHandler((self, failure) -> failures.add(failure));
        thread.start();
        return thread;
    }

    /** Several threads of a member issue at once; what they issue is the same, so that the order does not matter. */
    @Test
    @Timeout(60)
    void severalThreadsOfOneMember() throws InterruptedException {
        TestingTransfers transfers = new TestingTransfers(3, 3);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<CompletableFuture<Void>> barriers = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread mover = mover(transfers, over, failures);
        List<Thread> issuers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Collectives collectives = new Collectives(transfers.member(i), new IssueOrder());
            for (int thread = 0; thread < 3; thread++) {
                issuers.add(started("issuer", failures, () -> {
                    for (int each = 0; each < 200; each++) {
                        barriers.add(collectives.barrier());
                    }
                }));
            }
        }
        for (Thread issuer : issuers) {
            issuer.join();
        }
        barriers.forEach(CompletableFuture::join);
        over.set(true);
        mover.join();
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(1800, barriers.size());
    }
}
