package dev.orrery.examples.chaos.plan;

/** What can be done to a cluster. Each is undone after a while. */
public enum FaultKind {
    KILL_WORKER(Victim.REPLICA, 0, 0),
    KILL_GATEWAY(Victim.GATEWAY, 0, 0),
    KILL_COUNTER(Victim.COUNTER, 0, 0),
    KILL_AGENT(Victim.NODE, 1, 4),
    KILL_HEAD(Victim.HEAD, 1, 8),
    KILL_ZOOKEEPER_SERVER(Victim.ZOOKEEPER_SERVER, 2, 8),
    /** All its servers at once. */
    KILL_ZOOKEEPER(Victim.ZOOKEEPER, 4, 12),
    /** SIGTERM, and another life. */
    RESTART_AGENT(Victim.NODE, 0, 1),
    RESTART_HEAD(Victim.HEAD, 0, 1),
    /** SIGSTOP for longer than its peers wait. */
    PAUSE_WORKER(Victim.REPLICA, 3, 7),
    PAUSE_GATEWAY(Victim.GATEWAY, 3, 6),
    PAUSE_COUNTER(Victim.COUNTER, 3, 7),
    /** SIGSTOP for longer than a node may be silent. */
    PAUSE_AGENT(Victim.NODE, 12, 16),
    /** SIGSTOP for longer than its session lasts. */
    PAUSE_HEAD(Victim.HEAD, 6, 10),
    PAUSE_ZOOKEEPER_SERVER(Victim.ZOOKEEPER_SERVER, 5, 9),
    /** Two hosts do not hear each other. */
    CUT(Victim.TWO_HOSTS, 3, 14),
    /** The second does not hear the first. */
    CUT_ONE_WAY(Victim.TWO_HOSTS, 3, 14),
    /** Where a node keeps its logs and all else. */
    FULL_DISK(Victim.SMALL_DISK, 5, 10),
    /** One more replica. */
    SCALE_OUT(Victim.STAGE, 6, 10),
    /** One replica less. */
    SCALE_IN(Victim.STAGE, 6, 10),
    /** A node is emptied, and takes actors again. */
    DRAIN_NODE(Victim.NODE, 8, 12),
    /** The wall clock of one process jumps by a minute, and back. */
    CLOCK_JUMP(Victim.CLOCK, 4, 8);

    /** Whom it concerns. */
    public enum Victim {
        REPLICA,
        GATEWAY,
        COUNTER,
        NODE,
        HEAD,
        ZOOKEEPER_SERVER,
        ZOOKEEPER,
        TWO_HOSTS,
        SMALL_DISK,
        STAGE,
        CLOCK
    }

    private final Victim victim;
    private final int leastSeconds;
    private final int mostSeconds;

    FaultKind(Victim victim, int leastSeconds, int mostSeconds) {
        this.victim = victim;
        this.leastSeconds = leastSeconds;
        this.mostSeconds = mostSeconds;
    }

    public Victim victim() {
        return victim;
    }

    /** How long it lasts, at least. */
    int leastSeconds() {
        return leastSeconds;
    }

    /** How long it lasts, at most. */
    int mostSeconds() {
        return mostSeconds;
    }
}
