package dev.orrery.head.placement;

import dev.orrery.internal.proto.NodeChoice;
import java.util.Map;

/**
 * What an actor needs of a node, and which nodes will do.
 *
 * @param who for people: "stage encode replica encode-2"
 */
public record Demand(String who, Amounts amounts, GpuNeed gpus, NodeChoice choice) {
    /** Whether the node will do, whatever room it has. */
    public boolean allows(String node, Map<String, String> labels) {
        return (choice.getNode().isEmpty() || choice.getNode().equals(node))
                && labels.entrySet().containsAll(choice.getLabelsMap().entrySet());
    }

    boolean allowsAnyNode() {
        return choice.getNode().isEmpty() && choice.getLabelsCount() == 0;
    }
}
