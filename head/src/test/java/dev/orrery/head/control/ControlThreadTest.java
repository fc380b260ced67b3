package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ControlThreadTest {
    private final List<String> ran = new CopyOnWriteArrayList<>();

    @Test
    void runsInOrderAndGoesOnAfterADefect() throws Exception {
        try (ControlThread thread = ControlThread.start()) {
            CompletableFuture<String> name = new CompletableFuture<>();
            thread.execute(() -> ran.add("first"));
            thread.execute(() -> {
                throw new IllegalStateException("a defect");
            });
            thread.execute(() -> name.complete(Thread.currentThread().getName()));
            assertEquals("orrery-control-1", name.get(10, TimeUnit.SECONDS));
            assertEquals(List.of("first"), ran);
        }
    }

    @Test
    void ticksGoOnAfterADefect() throws Exception {
        try (ControlThread thread = ControlThread.start()) {
            CountDownLatch ticks = new CountDownLatch(3);
            thread.every(Duration.ofMillis(1), () -> {
                ticks.countDown();
                throw new IllegalStateException("a defect");
            });
            assertTrue(ticks.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void dropsWhatComesAfterItsEnd() {
        ControlThread thread = ControlThread.start();
        thread.close();
        thread.execute(() -> ran.add("too late"));
        assertEquals(List.of(), ran);
    }
}
