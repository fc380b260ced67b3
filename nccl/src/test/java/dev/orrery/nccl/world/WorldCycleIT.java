package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The same two members leave their world and form a new one, again and again. */
@Timeout(300)
final class WorldCycleIT extends EachCarrier {
    private static final Logger log = LoggerFactory.getLogger(WorldCycleIT.class);
    private static final int WARM_UP = 50;
    private static final int CYCLES = 500;
    private static final int BREAK_EVERY = 10;
    /** What the JVM itself opens and starts now and then. */
    private static final int SLACK = 6;

    private record Footprint(
            int descriptors,
            int threads,
            long tensorBytes,
            long deviceBytes,
            long directBytes,
            long mappedBytes,
            long rings,
            long files) {
        static Footprint now() throws IOException {
            return new Footprint(
                    new File("/proc/self/fd").list().length,
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    MemoryPool.shared().bytesInUse(),
                    TestingGpus.bytesInUse(),
                    buffers("direct"),
                    buffers("mapped"),
                    TestingResources.ringMappings(),
                    TestingResources.ringFiles());
        }

        private static long buffers(String pool) {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(it -> it.getName().equals(pool))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
        }
    }

    private static void cycle(long id, TestingMember a, TestingMember b) throws Exception {
        List<World> worlds = form(id, a, b);
        assertEquals(
                3, TestingTensors.number(TestingMember.pass(worlds.get(0), worlds.get(1), TestingTensors.number(3))));
        if (id % BREAK_EVERY == 0) {
            breakIt(id, a, b, worlds);
        }
        get(a.worlds().leave(id));
        get(b.worlds().leave(id));
    }

    /** With operations pending. */
    private static void breakIt(long id, TestingMember a, TestingMember b, List<World> worlds) throws Exception {
        List<CompletableFuture<?>> pending = new ArrayList<>();
        Tensor large = TestingTensors.marked(BEYOND_ANY_BUFFER, 1);
        pending.add(worlds.get(0).communicator().send(1, large).whenComplete((done, failure) -> large.close()));
        pending.add(worlds.get(0).communicator().receive(1));
        // Something else than what comes: the world breaks at both.
        try (Tensor wrong = TestingTensors.number(1)) {
            pending.add(worlds.get(1).communicator().receive(0, wrong));
            a.await(id, WorldState.BROKEN);
            b.await(id, WorldState.BROKEN);
            for (CompletableFuture<?> each : pending) {
                TestingMember.failure(each);
            }
        }
    }

    /** What was given back may take a moment to be gone. */
    private static Footprint settled(Footprint first) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Footprint now = Footprint.now();
        while (!isFlat(first, now) && System.nanoTime() < deadline) {
            System.gc();
            Thread.sleep(100);
            now = Footprint.now();
        }
        return now;
    }

    private static boolean isFlat(Footprint first, Footprint now) {
        return now.descriptors <= first.descriptors + SLACK
                && now.threads <= first.threads + SLACK
                && now.tensorBytes <= first.tensorBytes
                && now.deviceBytes <= first.deviceBytes
                && now.directBytes <= first.directBytes + (8 << 20)
                && now.mappedBytes <= first.mappedBytes
                && now.rings == 0
                && now.files == 0;
    }

    @Test
    void fiveHundredWorldsLeaveNothing() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            long id = 0;
            while (id < WARM_UP) {
                id++;
                cycle(id, a, b);
            }
            System.gc();
            Footprint first = Footprint.now();
            while (id < WARM_UP + CYCLES) {
                id++;
                cycle(id, a, b);
            }
            Footprint last = settled(first);
            log.info("over {}: {}, and after {} worlds {}", carrier, first, CYCLES, last);
            assertTrue(isFlat(first, last), () -> first + ", and then " + last);
        }
    }
}
