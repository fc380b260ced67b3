package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.control.agents.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;

/** Waits until the agents are where they should be and the leader writes no more. */
final class Settling {
    /** So long nothing must be written any more. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private static final long POLL_MILLIS = 20;
    private static final double NANOS = 1e9;

    private final ControlCluster cluster;
    private final Duration limit;

    /** @param seconds until it was so, the quiet time after that not counted */
    record Settled(double seconds) {}

    Settling(ControlCluster cluster, Duration limit) {
        this.cluster = cluster;
        this.limit = limit;
    }

    Settled await(String what, long beginNanos, Predicate<Progress> there) throws IOException, InterruptedException {
        long lastWrite = -1;
        long since = beginNanos;
        boolean wasThere = false;
        while (true) {
            Progress progress = cluster.progress();
            long newest = cluster.servers().zooKeeper().lastWrite();
            long now = System.nanoTime();
            boolean isThere = there.test(progress);
            if (!isThere || !wasThere || newest != lastWrite) {
                since = now;
            }
            wasThere = isThere;
            lastWrite = newest;
            if (isThere && now - since >= QUIET.toNanos()) {
                return new Settled((since - beginNanos) / NANOS);
            }
            pause(what, beginNanos, progress);
        }
    }

    /** Until it is so for the first time. */
    double seconds(String what, long beginNanos, Predicate<Progress> there) throws IOException, InterruptedException {
        Progress progress = cluster.progress();
        while (!there.test(progress)) {
            pause(what, beginNanos, progress);
            progress = cluster.progress();
        }
        return (System.nanoTime() - beginNanos) / NANOS;
    }

    private void pause(String what, long beginNanos, Progress progress) throws IOException, InterruptedException {
        if (System.nanoTime() - beginNanos > limit.toNanos()) {
            throw new IOException("waited %d s until %s; there is %s".formatted(limit.toSeconds(), what, progress));
        }
        Thread.sleep(POLL_MILLIS);
    }
}
