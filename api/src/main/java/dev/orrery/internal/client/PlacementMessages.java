package dev.orrery.internal.client;

import dev.orrery.PlacementOptions;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.Resources;
import java.util.TreeMap;

/** What is needed of a node, and which nodes will do, as messages. */
public final class PlacementMessages {
    private PlacementMessages() {}

    public static Resources resources(long milliCpus, int gpus, PlacementOptions placement) {
        Resources.Builder resources =
                Resources.newBuilder().setMilliCpus(milliCpus).setGpus(gpus).setMemoryBytes(placement.memory());
        new TreeMap<>(placement.resources()).forEach((name, amount) -> {
            long milli = PlacementRules.milli(amount);
            if (milli > 0) {
                resources.putMilliNamed(name, milli);
            }
        });
        return resources.build();
    }

    public static NodeChoice nodeChoice(PlacementOptions placement) {
        return NodeChoice.newBuilder()
                .putAllLabels(new TreeMap<>(placement.labels()))
                .setNode(placement.node().orElse(""))
                .setPolicy(
                        switch (placement.policy()) {
                            case EVEN -> NodeChoice.Policy.EVEN;
                            case SPREAD -> NodeChoice.Policy.SPREAD;
                            case PACK -> NodeChoice.Policy.PACK;
                        })
                .build();
    }
}
