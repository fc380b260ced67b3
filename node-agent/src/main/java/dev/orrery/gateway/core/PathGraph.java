package dev.orrery.gateway.core;

import dev.orrery.gateway.core.RoutingSnapshot.Edge;
import dev.orrery.gateway.core.RoutingSnapshot.Replica;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The replicas and edges that can be used now, stage by stage. Built anew after each change; only loads change in it. */
final class PathGraph {
    /** A replica in its stage, with the worlds that lead on from it. */
    static final class Node {
        private final ReplicaSlot slot;
        private final int maxInFlight;
        private final int stage;
        private final List<Hop> onward = new ArrayList<>();
        private final List<Long> exits = new ArrayList<>();
        private int edgesIn;
        private boolean viable;

        private Node(ReplicaSlot slot, int maxInFlight, int stage) {
            this.slot = slot;
            this.maxInFlight = maxInFlight;
            this.stage = stage;
        }

        ReplicaSlot slot() {
            return slot;
        }

        /** To the next stage; empty for the last one. */
        List<Hop> onward() {
            return onward;
        }

        /** To the gateway; empty but for the last stage. */
        List<Long> exits() {
            return exits;
        }

        int edgesIn() {
            return edgesIn;
        }

        int edgesOut() {
            return onward.size() + exits.size();
        }

        int free() {
            return slot.isKept() ? 0 : maxInFlight - slot.inFlight();
        }

        int maxInFlight() {
            return maxInFlight;
        }

        boolean viable() {
            return viable;
        }

        void viable(boolean now) {
            viable = now;
        }
    }

    /** A world, and the replica that it leads to. */
    record Hop(long world, Node to) {}

    private final List<String> stageNames;
    private final List<List<Node>> stages = new ArrayList<>();
    private final Map<Life, Node> nodes = new HashMap<>();
    private final List<Hop> entries = new ArrayList<>();

    PathGraph(List<String> stageNames) {
        this.stageNames = stageNames;
        stageNames.forEach(stage -> stages.add(new ArrayList<>()));
    }

    void addNode(ReplicaSlot slot, Replica replica) {
        int stage = stageNames.indexOf(replica.stage());
        if (stage >= 0) {
            Node node = new Node(slot, replica.maxInFlight(), stage);
            nodes.put(slot.life(), node);
            stages.get(stage).add(node);
        }
    }

    /** Takes the edge if it leads from one stage to the next between nodes that are here. */
    void addEdge(Edge edge, Life gateway) {
        Node from = nodes.get(edge.from());
        Node to = nodes.get(edge.to());
        if (edge.from().equals(gateway) && to != null && to.stage == 0) {
            entries.add(new Hop(edge.world(), to));
            to.edgesIn++;
        } else if (edge.to().equals(gateway) && from != null && from.stage == stages.size() - 1) {
            from.exits.add(edge.world());
        } else if (from != null && to != null && to.stage == from.stage + 1) {
            from.onward.add(new Hop(edge.world(), to));
            to.edgesIn++;
        }
    }

    List<String> stageNames() {
        return stageNames;
    }

    List<Node> stage(int index) {
        return stages.get(index);
    }

    List<Hop> entries() {
        return entries;
    }

    Optional<Node> node(Life life) {
        return Optional.ofNullable(nodes.get(life));
    }

    Collection<Node> nodes() {
        return nodes.values();
    }
}
