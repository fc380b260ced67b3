package dev.orrery.head.placement;

import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Why bundles of a placement group have no room.
 *
 * @param rooms of the nodes that could take something now
 * @param empty rooms of the nodes that may take something now or soon, with nothing on them but the group's other bundles
 * @param nodes all that are known
 */
public record GroupMisfit(GroupDemand group, List<NodeRoom> rooms, List<NodeRoom> empty, List<NodeSize> nodes) {
    public GroupMisfit {
        rooms = List.copyOf(rooms);
        empty = List.copyOf(empty);
        nodes = List.copyOf(nodes);
    }

    /** What is needed, what is free where, and what would help. */
    public String explain(List<String> obstacles) {
        AmountWords words = AmountWords.of(group.bundles());
        List<String> parts = new ArrayList<>(List.of(group.who() + " needs " + need() + where()));
        List<NodeRoom> possible = rooms.stream()
                .filter(room -> group.allows(room.node())
                        && group.bundles().stream().anyMatch(bundle -> bundle.allows(room.node(), room.labels())))
                .sorted(Comparator.comparing(NodeRoom::node))
                .toList();
        if (!possible.isEmpty()) {
            parts.add("free: " + possible.stream().map(words::free).collect(Collectors.joining(", ")));
        } else if (obstacles.isEmpty()) {
            parts.add("no node that will do can take anything now");
        }
        parts.addAll(obstacles);
        List<String> never = never();
        parts.addAll(never.isEmpty() ? List.of(now()) : never);
        return String.join("; ", parts);
    }

    /** Whether it is not enough to wait: the nodes that are there would not do, even with nothing else on them. */
    public boolean neverFits() {
        return !never().isEmpty();
    }

    /** "2 × (1 cpus, 0 gpus), 1 × (4 cpus, 1 gpus)". */
    private String need() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        group.bundles().forEach(bundle -> counts.merge(need(bundle), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(need -> need.getValue() + " × (" + need.getKey() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String need(Demand bundle) {
        return AmountWords.of(List.of(bundle)).need(bundle);
    }

    private String where() {
        String others = String.join(", ", new TreeSet<>(group.kept().keySet()));
        return switch (group.strategy()) {
            case STRICT_PACK ->
                others.isEmpty() ? ", all on one node" : ", all on " + others + ", where its others are";
            case STRICT_SPREAD -> ", each on another node" + (others.isEmpty() ? "" : " than " + others);
            default -> "";
        };
    }

    private List<String> never() {
        Map<String, Demand> kinds = new LinkedHashMap<>();
        group.bundles().forEach(bundle -> kinds.putIfAbsent(need(bundle), bundle));
        List<String> why = new ArrayList<>();
        for (Demand kind : kinds.values()) {
            List<String> reasons = new Misfit(kind, List.of(), nodes).whyNever();
            if (!reasons.isEmpty()) {
                String about = kinds.size() == 1 ? "" : kind.who() + ": ";
                why.add(about + String.join(", ", reasons));
            }
        }
        return why.isEmpty() ? togetherNever() : why;
    }

    private List<String> togetherNever() {
        Reservation alone = Reservation.of(group, empty);
        if (alone.isComplete()) {
            return List.of();
        }
        int missing = group.bundles().size() - alone.fitting();
        String help =
                switch (group.strategy()) {
                    case STRICT_PACK -> "a node is needed that has all of it: " + sum();
                    case STRICT_SPREAD -> missing + (missing == 1 ? " more node is needed" : " more nodes are needed");
                    default -> "more nodes, or larger ones, are needed";
                };
        return List.of("even with nothing else on %s there is room for %d of %d bundles; %s"
                .formatted(
                        group.strategy() == Strategy.STRICT_PACK ? "one node" : "the nodes",
                        alone.fitting(),
                        group.bundles().size(),
                        help));
    }

    private String sum() {
        Amounts all = group.bundles().stream().map(Demand::amounts).reduce(Amounts.NONE, Amounts::plus);
        long gpus = group.bundles().stream()
                .mapToLong(bundle -> bundle.gpus().milli())
                .sum();
        return AmountWords.of(group.bundles()).amounts(all, Quantities.milli(gpus) + " gpus");
    }

    private String now() {
        return "there is room for %d of %d bundles%s now; the rest is waited for, until something ends that has it"
                .formatted(
                        Reservation.of(group, rooms).fitting(),
                        group.bundles().size(),
                        group.strategy() == Strategy.STRICT_PACK ? " on one node" : "");
    }
}
