package dev.orrery.examples.model;

import dev.orrery.head.control.LeaderAccess;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A head's process: production's leader, and what is around it there. Changed only by {@link HeadSteps}, in copies. */
public final class ModelledHead {
    /** What happens to a head. */
    public sealed interface Input {
        record TakeOver() implements Input {}

        record Step() implements Input {}

        record Registered(int connection, NodeHello hello) implements Input {}

        record Reported(NodeReport report) implements Input {}

        record Disconnected(int connection, String node) implements Input {}

        /** Nothing came for a time. */
        record Silence() implements Input {}

        /** Long enough for what is tried again, too short for anything to be missed. */
        record Moment() implements Input {}

        /** A client asks for another number of replicas. */
        record Scaled(String pipeline, String stage, int replicas) implements Input {}
    }

    /**
     * A head between two steps, or within one, waiting for ZooKeeper.
     *
     * @param before the head as it was when the step under way began
     * @param answers what ZooKeeper has said during that step
     * @param asked what it was asked last; empty when it is to be read
     */
    public record State(
            ModelledHead before, Optional<Input> underWay, List<StoreAnswer> answers, Optional<StoreRequest> asked) {
        static State between(ModelledHead head) {
            return new State(head, Optional.empty(), List.of(), Optional.empty());
        }

        boolean idle() {
            return underWay.isEmpty();
        }
    }

    public final String name;
    public boolean up = true;
    /** Counts how often it stood for election. */
    public int candidacy = 1;

    public Optional<ClusterStore> store = Optional.empty();
    public Optional<LeaderAccess> leader = Optional.empty();
    public boolean stepIsDue;
    public long nowNanos = 1_000_000_000L;
    /** The connection of each node that it takes for open. */
    public final TreeMap<String, Integer> open = new TreeMap<>();

    public ModelledHead(String name) {
        this.name = name;
    }

    public long epoch() {
        return leader.map(LeaderAccess::epoch).orElse(0L);
    }
}
