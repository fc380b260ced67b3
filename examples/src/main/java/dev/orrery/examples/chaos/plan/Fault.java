package dev.orrery.examples.chaos.plan;

/**
 * One of a plan.
 *
 * @param number counts from 1
 * @param target a process ({@code head-1}), an actor ({@code alpha/first-2}, {@code counter-1}), a stage
 *     ({@code alpha/first}), {@code zookeeper}, or two hosts ({@code node-1>head-2}: the second hears nothing of the first)
 * @param atMillis when it begins, from the beginning of the faults
 * @param lastsMillis until it is undone
 */
public record Fault(int number, FaultKind kind, String target, long atMillis, long lastsMillis) {
    public long endMillis() {
        return atMillis + lastsMillis;
    }

    /** Whether doing both at once would undo one, or end what no fault is to end. */
    boolean excludes(Fault other) {
        if (isOfZooKeeper() && other.isOfZooKeeper()) {
            return true;
        }
        return target.equals(other.target);
    }

    private boolean isOfZooKeeper() {
        return kind.victim() == FaultKind.Victim.ZOOKEEPER || kind.victim() == FaultKind.Victim.ZOOKEEPER_SERVER;
    }

    @Override
    public String toString() {
        return "#" + number + " " + kind + " " + target;
    }
}
