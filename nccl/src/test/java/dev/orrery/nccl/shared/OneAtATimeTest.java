package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OneAtATimeTest {
    private static final int THREADS = 6;
    private static final int REQUESTS = 50_000;

    @Test
    void noRequestIsLostAndTwoAreNeverDoneAtOnce() throws InterruptedException {
        long seed = System.nanoTime();
        System.out.println("OneAtATimeTest seed " + seed);
        ConcurrentLinkedQueue<Integer> requests = new ConcurrentLinkedQueue<>();
        AtomicInteger served = new AtomicInteger();
        AtomicBoolean busy = new AtomicBoolean();
        AtomicBoolean collided = new AtomicBoolean();
        OneAtATime work = new OneAtATime(() -> {
            collided.compareAndSet(false, !busy.compareAndSet(false, true));
            while (requests.poll() != null) {
                served.incrementAndGet();
            }
            busy.set(false);
        });
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            threads.add(new Thread(() -> {
                for (int request = 0; request < REQUESTS; request++) {
                    requests.add(request);
                    work.ask();
                    if (random.nextInt(50) == 0) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(THREADS * REQUESTS, served.get());
        assertFalse(collided.get());
    }

    @Test
    void whoAsksWhileItIsDoneHasItDoneOnceMore() {
        AtomicInteger runs = new AtomicInteger();
        List<OneAtATime> self = new ArrayList<>();
        OneAtATime work = new OneAtATime(() -> {
            if (runs.incrementAndGet() < 3) {
                self.get(0).ask();
                self.get(0).ask();
            }
        });
        self.add(work);
        work.ask();
        assertEquals(3, runs.get());
    }

    @Test
    void whatThrowsIsDoneAgainByTheNextOneWhoAsks() {
        AtomicInteger runs = new AtomicInteger();
        OneAtATime work = new OneAtATime(() -> {
            if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("the first");
            }
        });
        assertThrows(IllegalStateException.class, work::ask);
        work.ask();
        assertEquals(2, runs.get());
    }

    @Test
    void anOfferMakesNobodyDoItOnceMore() {
        AtomicInteger runs = new AtomicInteger();
        List<OneAtATime> self = new ArrayList<>();
        OneAtATime work = new OneAtATime(() -> {
            runs.incrementAndGet();
            assertFalse(self.get(0).offer());
        });
        self.add(work);
        assertTrue(work.offer());
        assertEquals(1, runs.get());
        assertTrue(work.offer());
        assertEquals(2, runs.get());
    }
}
