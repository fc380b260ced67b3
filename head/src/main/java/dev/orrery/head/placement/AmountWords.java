package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What is needed and what is free, in words: CPUs and GPUs, and of the other kinds those that somebody needs.
 *
 * @param named resources that nodes name, in order
 */
record AmountWords(boolean memory, List<String> named) {
    AmountWords {
        named = List.copyOf(named);
    }

    /** Of the kinds that these need. */
    static AmountWords of(Collection<Demand> demands) {
        return new AmountWords(
                demands.stream().anyMatch(demand -> demand.amounts().memoryBytes() > 0),
                demands.stream()
                        .flatMap(demand -> demand.amounts().milliNamed().keySet().stream())
                        .distinct()
                        .sorted()
                        .toList());
    }

    /** "2 cpus, 1 gpus, 1.5 GiB memory, label zone=a, node n1". */
    String need(Demand demand) {
        List<String> needs = parts(demand.amounts(), demand.gpus().toString());
        new TreeMap<>(demand.choice().getLabelsMap()).forEach((key, value) -> needs.add("label " + key + "=" + value));
        if (!demand.choice().getNode().isEmpty()) {
            needs.add("node " + demand.choice().getNode());
        }
        return String.join(", ", needs);
    }

    /** "n1 2 cpus 0 gpus". */
    String free(NodeRoom room) {
        return room.node() + " " + amounts(room.free(), room.gpus().toString());
    }

    /** "2 cpus 0 gpus". */
    String amounts(Amounts amounts, String gpus) {
        return String.join(" ", parts(amounts, gpus));
    }

    private List<String> parts(Amounts amounts, String gpus) {
        List<String> words = new ArrayList<>(List.of(Quantities.milli(amounts.milliCpus()) + " cpus", gpus));
        if (memory) {
            words.add(Quantities.bytes(amounts.memoryBytes()) + " memory");
        }
        named.forEach(name -> words.add(Quantities.milli(amounts.named(name)) + " " + name));
        return words;
    }
}
