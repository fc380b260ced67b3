package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Why nothing was chosen for a demand.
 *
 * @param rooms of the nodes that could take something now
 * @param nodes all that are known
 */
public record Misfit(Demand demand, List<NodeRoom> rooms, List<NodeSize> nodes) {
    /** What is needed, what is free where, and what is missing where no node is large enough. */
    public String explain(List<String> obstacles) {
        List<String> parts = new ArrayList<>(List.of(demand.who() + " needs " + words().need(demand)));
        List<NodeRoom> allowed = rooms.stream()
                .filter(room -> demand.allows(room.node(), room.labels()))
                .sorted(Comparator.comparing(NodeRoom::node))
                .toList();
        if (!allowed.isEmpty()) {
            parts.add("free: " + allowed.stream().map(words()::free).collect(Collectors.joining(", ")));
        } else if (obstacles.isEmpty()) {
            parts.add(whyNoNode());
        }
        parts.addAll(obstacles);
        parts.addAll(tooLarge());
        return String.join("; ", parts);
    }

    private AmountWords words() {
        return AmountWords.of(List.of(demand));
    }

    private Map<String, String> labels() {
        return new TreeMap<>(demand.choice().getLabelsMap());
    }

    /** Why no node would do, even with nothing else on it; empty: one would. */
    List<String> whyNever() {
        return nodes.stream().noneMatch(node -> node.willDo(demand)) ? List.of(whyNoNode()) : tooLarge();
    }

    private String whyNoNode() {
        String wanted = demand.choice().getNode();
        if (!wanted.isEmpty()) {
            return whyNot(wanted);
        }
        if (demand.allowsAnyNode() || nodes.stream().noneMatch(NodeSize::isThere)) {
            return "no node is ALIVE";
        }
        if (nodes.stream().anyMatch(node -> node.willDo(demand))) {
            return "no node with " + labelWords(labels()) + " is ALIVE";
        }
        Map<String, String> unknown = labels();
        unknown.entrySet().removeIf(label -> nodes.stream()
                .anyMatch(node ->
                        node.isThere() && label.getValue().equals(node.labels().get(label.getKey()))));
        return unknown.isEmpty()
                ? "no node has " + labelWords(labels()) + " at once"
                : "no node has " + labelWords(unknown);
    }

    private String whyNot(String wanted) {
        Optional<NodeSize> known =
                nodes.stream().filter(node -> node.node().equals(wanted)).findFirst();
        if (known.isEmpty()) {
            return "there is no node " + wanted;
        }
        NodeSize node = known.get();
        if (!node.isThere()) {
            return "node " + wanted + " is " + node.state();
        }
        Map<String, String> missing = labels();
        missing.entrySet().removeAll(node.labels().entrySet());
        return missing.isEmpty()
                ? "node " + wanted + " is " + node.state() + ", but can take nothing now"
                : "node " + wanted + " does not have " + labelWords(missing);
    }

    private static String labelWords(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> "label " + label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(" and "));
    }

    /** Nothing where some node would be large enough, so that it is enough to wait. */
    private List<String> tooLarge() {
        List<NodeSize> possible =
                nodes.stream().filter(node -> node.willDo(demand)).toList();
        if (possible.isEmpty() || possible.stream().anyMatch(node -> node.holds(demand))) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        Amounts need = demand.amounts();
        most(possible, need.milliCpus(), node -> node.total().milliCpus(), "cpus", Quantities::milli)
                .ifPresent(words::add);
        most(possible, demand.gpus().devices(), NodeSize::gpus, "gpus", Long::toString)
                .ifPresent(words::add);
        most(possible, need.memoryBytes(), node -> node.total().memoryBytes(), "memory", Quantities::bytes)
                .ifPresent(words::add);
        for (String name : words().named()) {
            most(possible, need.named(name), node -> node.total().named(name), name, Quantities::milli)
                    .ifPresent(words::add);
        }
        return words.isEmpty() ? List.of("no " + suchNode() + " has all of it at once") : words;
    }

    /** Where the most of a kind is, if that is too little. */
    private Optional<String> most(
            List<NodeSize> possible, long need, ToLongFunction<NodeSize> total, String kind, Quantities.Words words) {
        NodeSize largest = possible.stream()
                .max(Comparator.comparingLong(total).thenComparing(NodeSize::node, Comparator.reverseOrder()))
                .orElseThrow();
        long most = total.applyAsLong(largest);
        if (need <= most) {
            return Optional.empty();
        }
        return Optional.of(
                most == 0
                        ? "no " + suchNode() + " has " + kind
                        : "no %s has more %s than %s: %s in all"
                                .formatted(suchNode(), kind, largest.node(), words.of(most)));
    }

    private String suchNode() {
        return demand.allowsAnyNode() ? "node" : "such node";
    }
}
