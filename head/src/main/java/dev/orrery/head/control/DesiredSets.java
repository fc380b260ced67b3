package dev.orrery.head.control;

import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.reconcile.Told;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The newest desired set of each node that reported in this epoch, and how far each node has got. */
final class DesiredSets implements Told {
    /** One node's. Sequences are those of its sets. */
    private static final class NodeSet {
        private DesiredSet set;
        private final Map<ActorLife, Long> namedAt = new HashMap<>();
        private final Map<ActorLife, Long> droppedAt = new HashMap<>();

        NodeSet(DesiredSet set) {
            this.set = set;
        }
    }

    private final String cluster;
    private final long epoch;
    private final Observed observed;
    private final RoutingTables routing;
    private final Map<String, NodeSet> nodes = new HashMap<>();

    DesiredSets(String cluster, long epoch, Observed observed, RoutingTables routing) {
        this.cluster = cluster;
        this.epoch = epoch;
        this.observed = observed;
        this.routing = routing;
    }

    /** A node gets a set only once it has reported, so that nothing is ended there unseen. */
    void refresh(String node, Supplier<List<DesiredWorker>> wanted) {
        if (observed.node(node).filter(SeenNode::reported).isPresent()) {
            refresh(node, wanted.get());
        }
    }

    private void refresh(String node, List<DesiredWorker> workers) {
        NodeSet before = nodes.get(node);
        if (before == null) {
            before = new NodeSet(set(0, List.of()));
            nodes.put(node, before);
        } else if (before.set.getWorkersList().equals(workers)) {
            return;
        }
        long sequence = before.set.getStamp().getSequence() + 1;
        before.set = set(sequence, workers);
        Set<ActorLife> named = new HashSet<>();
        for (DesiredWorker worker : workers) {
            named.add(worker.getLife());
            worker.getGuestsList().forEach(guest -> named.add(guest.getLife()));
        }
        for (ActorLife life : new HashSet<>(before.namedAt.keySet())) {
            if (!named.contains(life)) {
                before.namedAt.remove(life);
                before.droppedAt.put(life, sequence);
            }
        }
        for (ActorLife life : named) {
            before.namedAt.putIfAbsent(life, sequence);
        }
        // What the node has dropped for certain needs no remembering: any set of this epoch tells.
        long applied = applied(node);
        before.droppedAt.values().removeIf(at -> at <= applied);
    }

    private DesiredSet set(long sequence, List<DesiredWorker> workers) {
        Stamp stamp = Stamp.newBuilder()
                .setCluster(cluster)
                .setEpoch(epoch)
                .setSequence(sequence)
                .build();
        return DesiredSet.newBuilder().setStamp(stamp).addAllWorkers(workers).build();
    }

    Optional<DesiredSet> set(String node) {
        return Optional.ofNullable(nodes.get(node)).map(known -> known.set);
    }

    /** Whether the node works towards its newest set. */
    boolean isCurrent(String node) {
        return set(node)
                .filter(set -> set.getStamp().getSequence() <= applied(node))
                .isPresent();
    }

    /** The sequence of this epoch's set that the node works towards; 0 while it has none. */
    private long applied(String node) {
        return observed.node(node)
                .flatMap(SeenNode::report)
                .map(NodeReport::getApplied)
                .filter(stamp -> stamp.getEpoch() == epoch && stamp.getCluster().equals(cluster))
                .map(Stamp::getSequence)
                .orElse(0L);
    }

    @Override
    public boolean knows(String node, ActorLife life) {
        return hasAdopted(node)
                && reached(node, known -> {
                    Long named = known.namedAt.get(life);
                    return named != null && named <= applied(node);
                });
    }

    @Override
    public boolean dropped(String node, ActorLife life) {
        return hasAdopted(node)
                && reached(
                        node,
                        known -> !known.namedAt.containsKey(life)
                                && applied(node) >= known.droppedAt.getOrDefault(life, 1L));
    }

    /** Until an agent has adopted what lives, it says nothing about what it has not found. */
    private boolean hasAdopted(String node) {
        return observed.node(node)
                .flatMap(SeenNode::report)
                .filter(NodeReport::getAdoptionFinished)
                .isPresent();
    }

    private boolean reached(String node, Predicate<NodeSet> test) {
        NodeSet known = nodes.get(node);
        return known != null && test.test(known);
    }

    @Override
    public boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion) {
        return routing.routesAround(pipeline, life, routingEpoch, routingVersion);
    }
}
