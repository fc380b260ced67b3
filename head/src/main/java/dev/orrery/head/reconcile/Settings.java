package dev.orrery.head.reconcile;

import java.time.Duration;

/**
 * The times and sizes that decisions are made by.
 *
 * @param suspectAfter silence of a node after which nothing new is placed there
 * @param deadAfter silence of a node after which its workers are replaced
 * @param hostFormingTimeout for members to form a HOST world
 * @param ncclFormingTimeout for members to form an NCCL world
 * @param worldFormingSlack for their reports to arrive after that
 * @param closingTimeout for a worker to close its worlds before it is stopped
 * @param firstBackoff of an actor's second restart, or an edge's second world; doubles each time
 * @param maxBackoff what it grows to
 * @param gatewayMilliCpus what a gateway needs of its node
 * @param exclusiveLease how long a worker may run calls of an exclusive actor after it asked for that
 * @param jobLease silence of a driver after which its job ends
 * @param checkpointBytes that the states of all actors may have together
 */
public record Settings(
        Duration suspectAfter,
        Duration deadAfter,
        Duration hostFormingTimeout,
        Duration ncclFormingTimeout,
        Duration worldFormingSlack,
        Duration closingTimeout,
        Duration firstBackoff,
        Duration maxBackoff,
        long gatewayMilliCpus,
        Duration exclusiveLease,
        Duration jobLease,
        long checkpointBytes) {

    public static Settings defaults() {
        return of(Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofSeconds(5));
    }

    /** The rest as by default. */
    public static Settings of(Duration suspectAfter, Duration deadAfter, Duration hostFormingTimeout) {
        return of(suspectAfter, deadAfter, hostFormingTimeout, Duration.ofSeconds(30));
    }

    /** The rest as by default. */
    public static Settings of(
            Duration suspectAfter, Duration deadAfter, Duration hostFormingTimeout, Duration ncclFormingTimeout) {
        return new Settings(
                suspectAfter,
                deadAfter,
                hostFormingTimeout,
                ncclFormingTimeout,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                100,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                64L << 20);
    }

    /** The same with another lease of exclusive actors. */
    public Settings withExclusiveLease(Duration lease) {
        return new Settings(
                suspectAfter,
                deadAfter,
                hostFormingTimeout,
                ncclFormingTimeout,
                worldFormingSlack,
                closingTimeout,
                firstBackoff,
                maxBackoff,
                gatewayMilliCpus,
                lease,
                jobLease,
                checkpointBytes);
    }

    /** The same with another lease of jobs. */
    public Settings withJobLease(Duration lease) {
        return new Settings(
                suspectAfter,
                deadAfter,
                hostFormingTimeout,
                ncclFormingTimeout,
                worldFormingSlack,
                closingTimeout,
                firstBackoff,
                maxBackoff,
                gatewayMilliCpus,
                exclusiveLease,
                lease,
                checkpointBytes);
    }

    /** The same with another bound of what actors may save. */
    public Settings withCheckpointBytes(long bytes) {
        return new Settings(
                suspectAfter,
                deadAfter,
                hostFormingTimeout,
                ncclFormingTimeout,
                worldFormingSlack,
                closingTimeout,
                firstBackoff,
                maxBackoff,
                gatewayMilliCpus,
                exclusiveLease,
                jobLease,
                bytes);
    }

    /** {@code failures} 1 waits the first backoff, each more twice as long. */
    Duration backoff(int failures) {
        if (failures <= 0) {
            return Duration.ZERO;
        }
        Duration delay = firstBackoff.multipliedBy(1L << Math.min(failures - 1, 20));
        return delay.compareTo(maxBackoff) < 0 ? delay : maxBackoff;
    }
}
