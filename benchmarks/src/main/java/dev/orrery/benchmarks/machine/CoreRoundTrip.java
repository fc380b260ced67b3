package dev.orrery.benchmarks.machine;

import dev.orrery.benchmarks.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a cache line takes from one core to another and back: two threads take turns to raise a counter. Whether the
 * cores share a cache changes that, and shared memory with it.
 */
public final class CoreRoundTrip {
    private static final int BATCHES = 9;
    private static final int ROUND_TRIPS = 2_000;
    private static final int WARM_UP_BATCHES = 40;

    /** The median of a few short batches, in nanoseconds. */
    public double nanos() throws InterruptedException {
        return measure(BATCHES);
    }

    /** Until the code is compiled. */
    public void warmUp() throws InterruptedException {
        measure(WARM_UP_BATCHES);
    }

    private static double measure(int batches) throws InterruptedException {
        AtomicLong turn = new AtomicLong();
        long last = 2L * batches * ROUND_TRIPS;
        Thread answering = new Thread(() -> takeTurns(turn, 1, last), "orrery-bench-core-round-trip");
        answering.setDaemon(true);
        answering.start();
        List<Double> each = new ArrayList<>();
        for (int batch = 0; batch < batches; batch++) {
            long begin = 2L * batch * ROUND_TRIPS;
            long start = System.nanoTime();
            takeTurns(turn, begin, begin + 2L * ROUND_TRIPS);
            each.add((double) (System.nanoTime() - start) / ROUND_TRIPS);
        }
        answering.join();
        return Statistics.median(each);
    }

    /** Raises the counter whenever it is at {@code first} and every second value after that, up to {@code end}. */
    private static void takeTurns(AtomicLong turn, long first, long end) {
        for (long mine = first; mine < end; mine += 2) {
            while (turn.getAcquire() != mine) {
                Thread.onSpinWait();
            }
            turn.setRelease(mine + 1);
        }
    }
}
