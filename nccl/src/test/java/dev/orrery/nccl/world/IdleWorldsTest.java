package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.World;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Measures the processor time of this process's own threads, which others' load does not change. */
@Timeout(60)
final class IdleWorldsTest extends EachCarrier {
    private static final int WORLDS = 8;
    private static final long WINDOW_MILLIS = 1_000;
    private static final long BOUND_MILLIS = 50;

    private static Map<String, Long> processorTimes() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, Long> times = new HashMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("orrery-worlds-")) {
                times.merge(thread.getThreadName(), threads.getThreadCpuTime(thread.getThreadId()), Long::sum);
            }
        }
        return times;
    }

    @Test
    void idleWorldsCostNoProcessorTime() throws InterruptedException {
        try (TestingMember a = start();
                TestingMember b = start()) {
            for (long id = 1; id <= WORLDS; id++) {
                List<World> worlds = TestingMember.form(id, a, b);
                var receive = worlds.get(1).communicator().receive(0);
                TestingMember.get(worlds.get(0).communicator().send(1, TestingTensors.number(1)));
                TestingMember.get(receive).close();
                // Waits, as an idle worker does.
                worlds.get(1).communicator().receive(0).whenComplete((tensor, failure) -> {});
            }
            Map<String, Long> before = processorTimes();
            // Idleness is what is measured.
            Thread.sleep(WINDOW_MILLIS);
            Map<String, Long> used = processorTimes();
            used.replaceAll((name, nanos) -> TimeUnit.NANOSECONDS.toMillis(nanos - before.getOrDefault(name, 0L)));
            System.out.println("over " + carrier + ", ms of processor time in 1 s: " + used);
            long sum = used.values().stream().mapToLong(Long::longValue).sum();
            assertTrue(sum <= BOUND_MILLIS, "idle worlds used " + used + " ms");
        }
    }
}
