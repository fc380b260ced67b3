package dev.orrery.internal.client;

import dev.orrery.BundleOptions;
import dev.orrery.PlacementOptions;
import dev.orrery.PlacementStrategy;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.Resources;
import java.util.TreeMap;

/** What is needed of a node, and which nodes will do, as messages. */
public final class PlacementMessages {
    private PlacementMessages() {}

    public static Resources resources(long milliCpus, long milliGpus, PlacementOptions placement) {
        Resources.Builder resources = Resources.newBuilder()
                .setMilliCpus(milliCpus)
                .setGpus((int) (milliGpus / PlacementRules.MILLI))
                .setMilliGpu((int) (milliGpus % PlacementRules.MILLI))
                .setMemoryBytes(placement.memory());
        new TreeMap<>(placement.resources()).forEach((name, amount) -> {
            long milli = PlacementRules.milli(amount);
            if (milli > 0) {
                resources.putMilliNamed(name, milli);
            }
        });
        return resources.build();
    }

    public static NodeChoice nodeChoice(PlacementOptions placement) {
        NodeChoice.Builder choice = NodeChoice.newBuilder()
                .putAllLabels(new TreeMap<>(placement.labels()))
                .setNode(placement.node().orElse(""))
                .setPolicy(
                        switch (placement.policy()) {
                            case EVEN -> NodeChoice.Policy.EVEN;
                            case SPREAD -> NodeChoice.Policy.SPREAD;
                            case PACK -> NodeChoice.Policy.PACK;
                        });
        placement.bundle().ifPresent(bundle -> {
            choice.setGroup(bundle.group());
            bundle.number().ifPresent(choice::setBundle);
        });
        return choice.build();
    }

    static PlacementBundle bundle(BundleOptions options) {
        return PlacementBundle.newBuilder()
                .setResources(resources(
                        PlacementRules.milli(options.cpus()),
                        options.gpus() * PlacementRules.MILLI,
                        options.placement()))
                .setNodeChoice(nodeChoice(options.placement()))
                .build();
    }

    static Strategy strategy(PlacementStrategy strategy) {
        return Strategy.valueOf(strategy.name());
    }

    static PlacementStrategy strategy(Strategy strategy) {
        return PlacementStrategy.valueOf(strategy.name());
    }
}
