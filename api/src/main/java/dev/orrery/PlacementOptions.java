package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.placement.PlacementRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What an actor, the worker of a task, or a replica of a stage needs of its node beside CPUs and GPUs, and which nodes it may be
 * placed on.
 *
 * @param memory bytes that placement sets aside; 0: its memory is not counted
 * @param resources how much of each resource that nodes name; thousandths count
 * @param labels that the node must have, all of them
 * @param node the only one that will do; empty: any
 * @param policy which of the nodes with room it gets
 * @param bundle the placement group whose room it takes; then that has the node. Of actors and tasks only; empty: none
 */
public record PlacementOptions(
        long memory,
        Map<String, Double> resources,
        Map<String, String> labels,
        Optional<String> node,
        PlacementPolicy policy,
        Optional<BundleChoice> bundle) {
    public PlacementOptions {
        resources = Map.copyOf(resources);
        labels = Map.copyOf(labels);
    }

    /** Nothing, on whichever node. */
    public static PlacementOptions none() {
        return new Builder().build();
    }

    /** What does not hold, in words. */
    List<String> errors() {
        List<String> errors = new ArrayList<>();
        if (memory < 0 || memory > PlacementRules.MOST_MEMORY) {
            errors.add("memory must be from 0 to " + PlacementRules.MOST_MEMORY + " bytes, not " + memory);
        }
        new TreeMap<>(resources).forEach((name, amount) -> {
            PlacementRules.wrongResource(name).ifPresent(errors::add);
            if (!PlacementRules.isAmount(amount)) {
                errors.add("resource " + name + " must be from 0 to " + PlacementRules.MOST_OF_A_RESOURCE
                        + ", in thousandths, not " + amount);
            }
        });
        new TreeMap<>(labels)
                .forEach((key, value) -> PlacementRules.wrongLabel(key, value).ifPresent(errors::add));
        if (node.filter(String::isEmpty).isPresent()) {
            errors.add("the name of the node is empty; without calling onNode any node will do");
        }
        bundle.ifPresent(choice -> checkBundle(choice, errors));
        return errors;
    }

    private void checkBundle(BundleChoice choice, List<String> errors) {
        if (choice.number().isPresent() && choice.number().getAsInt() < 0) {
            errors.add("the number of a bundle must be 0 or more, not "
                    + choice.number().getAsInt());
        }
        if (!labels.isEmpty() || node.isPresent() || policy != PlacementPolicy.EVEN) {
            errors.add("label, onNode, spread and pack are for bundles, not for what is placed in one");
        }
    }

    /** Collects what builders are told. */
    static final class Builder {
        private long memory;
        private final Map<String, Double> resources = new LinkedHashMap<>();
        private final Map<String, String> labels = new LinkedHashMap<>();
        private Optional<String> node = Optional.empty();
        private PlacementPolicy policy = PlacementPolicy.EVEN;
        private Optional<BundleChoice> bundle = Optional.empty();

        void memory(long bytes) {
            memory = bytes;
        }

        void resource(String name, double amount) {
            resources.put(Given.given("the name of a resource", name), amount);
        }

        /** Throws INVALID_ARGUMENT for another value of the same key: no node has both. */
        void label(String key, String value) {
            String before = labels.putIfAbsent(
                    Given.given("the key of a label", key), Given.given("the value of label " + key, value));
            if (before != null && !before.equals(value)) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "label " + key + " cannot be both " + before + " and " + value
                                + ": a node has one value of it");
            }
        }

        void onNode(String name) {
            node = Optional.of(Given.given("the name of a node", name));
        }

        void policy(PlacementPolicy value) {
            policy = value;
        }

        void in(PlacementGroup group, OptionalInt number) {
            bundle = Optional.of(
                    new BundleChoice(Given.given("the placement group", group).id(), number));
        }

        PlacementOptions build() {
            return new PlacementOptions(memory, resources, labels, node, policy, bundle);
        }
    }
}
