package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.pass;

import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Round trips in a world of two members of this process, without end. */
final class TestingTraffic implements AutoCloseable {
    private static final long WINDOW_MILLIS = 400;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final List<World> worlds;
    private final AtomicLong roundTrips = new AtomicLong();
    private final Thread thread = new Thread(this::run, "test-traffic");
    private volatile boolean over;
    private volatile Throwable failure;

    private TestingTraffic(List<World> worlds) {
        this.worlds = worlds;
    }

    static TestingTraffic start(List<World> worlds) {
        TestingTraffic traffic = new TestingTraffic(worlds);
        traffic.thread.start();
        return traffic;
    }

    private void run() {
        try {
            while (!over) {
                roundTrip();
                roundTrips.incrementAndGet();
                // Not more than a part of a processor.
                Thread.sleep(1);
            }
        } catch (InterruptedException | AssertionError e) {
            failure = e;
        }
    }

    private void roundTrip() {
        int number = roundTrips.intValue();
        int there = passed(worlds.get(0), worlds.get(1), number);
        if (passed(worlds.get(1), worlds.get(0), there) != number) {
            throw new AssertionError("another number came back");
        }
    }

    /** Leaves no tensor to the garbage collector, at whose work other tests would see less memory in use than before. */
    private static int passed(World from, World to, int number) {
        try (Tensor sent = TestingTensors.number(number)) {
            return TestingTensors.number(pass(from, to, sent));
        }
    }

    /** Over a part of the next second. Fails when anything failed. */
    long perSecond() throws InterruptedException {
        long before = roundTrips.get();
        Thread.sleep(WINDOW_MILLIS);
        check();
        return (roundTrips.get() - before) * MILLIS_PER_SECOND / WINDOW_MILLIS;
    }

    private void check() {
        if (failure != null) {
            throw new AssertionError("another world was disturbed", failure);
        }
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join(TestingMember.DEADLINE_SECONDS * 1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        check();
    }
}
