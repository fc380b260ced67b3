package dev.orrery.gateway.core;

import dev.orrery.gateway.core.PathGraph.Hop;
import dev.orrery.gateway.core.PathGraph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Chooses one replica per stage: the one with fewer in flight of two random ones, among those that have credit left, an
 * edge from the one chosen before, and a way on to the end of the pipeline.
 */
final class PathPicker {
    /** World ids (one more than replicas) and the replicas between them. */
    record Path(List<Long> worlds, List<ReplicaSlot> replicas) {}

    private final RandomGenerator random;
    private final List<Hop> candidates = new ArrayList<>();

    PathPicker(RandomGenerator random) {
        this.random = random;
    }

    /** @param credits how many requests are to go together */
    Optional<Path> pick(PathGraph graph, int credits) {
        return pick(graph, node -> node.free() >= credits, this::lessLoadedOfTwo);
    }

    /** For a request that travels alone: over replicas that have nothing. */
    Optional<Path> pickIdle(PathGraph graph) {
        return pick(graph, node -> node.slot().inFlight() == 0, this::lessLoadedOfTwo);
    }

    /** The one to reserve while none is idle: what is reserved already is left only for what has less in flight. */
    Optional<Path> pickLeastLoaded(PathGraph graph) {
        return pick(graph, node -> true, this::leastLoaded);
    }

    private Optional<Path> pick(PathGraph graph, Predicate<Node> fits, Supplier<Hop> choice) {
        markViable(graph, fits);
        int stages = graph.stageNames().size();
        List<Long> worlds = new ArrayList<>(stages + 1);
        List<ReplicaSlot> replicas = new ArrayList<>(stages);
        List<Hop> hops = graph.entries();
        for (int stage = 0; stage < stages; stage++) {
            collectViable(hops);
            if (candidates.isEmpty()) {
                return Optional.empty();
            }
            Hop hop = choice.get();
            worlds.add(hop.world());
            replicas.add(hop.to().slot());
            hops = hop.to().onward();
            if (stage == stages - 1) {
                List<Long> exits = hop.to().exits();
                worlds.add(exits.get(exits.size() == 1 ? 0 : random.nextInt(exits.size())));
            }
        }
        return Optional.of(new Path(worlds, replicas));
    }

    /** From the end backwards, so that no choice leads into a dead end. */
    private static void markViable(PathGraph graph, Predicate<Node> fits) {
        int last = graph.stageNames().size() - 1;
        for (int stage = last; stage >= 0; stage--) {
            for (Node node : graph.stage(stage)) {
                node.viable(fits.test(node) && (stage == last ? !node.exits().isEmpty() : leadsOn(node)));
            }
        }
    }

    private static boolean leadsOn(Node node) {
        for (Hop hop : node.onward()) {
            if (hop.to().viable()) {
                return true;
            }
        }
        return false;
    }

    private void collectViable(List<Hop> hops) {
        candidates.clear();
        for (Hop hop : hops) {
            if (hop.to().viable()) {
                candidates.add(hop);
            }
        }
    }

    private Hop lessLoadedOfTwo() {
        int count = candidates.size();
        if (count == 1) {
            return candidates.get(0);
        }
        int one = random.nextInt(count);
        int other = random.nextInt(count - 1);
        Hop first = candidates.get(one);
        Hop second = candidates.get(other >= one ? other + 1 : other);
        return second.to().slot().inFlight() < first.to().slot().inFlight() ? second : first;
    }

    private Hop leastLoaded() {
        return Collections.min(
                candidates,
                Comparator.comparingInt((Hop hop) -> hop.to().slot().inFlight())
                        .thenComparing(hop -> !hop.to().slot().isKept()));
    }

    /** For people: which stage a queued request waits for, and why. */
    static String waitsFor(PathGraph graph) {
        Set<Node> reached = new LinkedHashSet<>();
        graph.entries().forEach(hop -> reached.add(hop.to()));
        for (int stage = 0; stage < graph.stageNames().size(); stage++) {
            String name = graph.stageNames().get(stage);
            List<Node> nodes = graph.stage(stage);
            if (nodes.isEmpty()) {
                return "stage " + name + ": none of its replicas is attached and in the routing table";
            }
            if (reached.isEmpty()) {
                return "stage " + name + ": none of its " + nodes.size() + " replicas has a READY edge to it";
            }
            if (nodes.stream().allMatch(node -> node.free() <= 0)) {
                return "stage " + name + ": all of its " + nodes.size() + " replicas hold as many requests as they may"
                        + (nodes.stream().anyMatch(node -> node.slot().isKept())
                                ? ", or are kept for one that travels alone"
                                : "");
            }
            if (stage == graph.stageNames().size() - 1
                    && reached.stream().allMatch(n -> n.exits().isEmpty())) {
                return "stage " + name + ": none of its replicas has a READY edge back to the gateway";
            }
            Set<Node> next = new LinkedHashSet<>();
            reached.forEach(node -> node.onward().forEach(hop -> next.add(hop.to())));
            reached.clear();
            reached.addAll(next);
        }
        return "a path whose replicas have room, through stages " + String.join(", ", graph.stageNames());
    }
}
