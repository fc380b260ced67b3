package dev.orrery.head.reconcile;

/**
 * Makes ids that never recur: the epoch and a counter. A number is used up even when the plan that took it is not
 * committed.
 */
public final class Ids {
    private final long epoch;
    private long last;

    public Ids(long epoch) {
        this.epoch = epoch;
    }

    /** Unsigned: the epoch in the upper half. */
    long nextWorld() {
        return (epoch << 32) | next();
    }

    String nextActor() {
        return "%x-%x".formatted(epoch, next());
    }

    String nextPlacementGroup() {
        return nextActor();
    }

    /** Older ones first. */
    public static int byAge(String one, String other) {
        String[] first = one.split("-", 2);
        String[] second = other.split("-", 2);
        int byEpoch = Long.compare(Long.parseLong(first[0], 16), Long.parseLong(second[0], 16));
        return byEpoch != 0 ? byEpoch : Long.compare(Long.parseLong(first[1], 16), Long.parseLong(second[1], 16));
    }

    private long next() {
        last++;
        if (last > 0xFFFF_FFFFL) {
            throw new IllegalStateException("epoch " + epoch + " has used up its ids");
        }
        return last;
    }

    static boolean worldIsOfEpoch(long world, long epoch) {
        return world >>> 32 == epoch;
    }
}
