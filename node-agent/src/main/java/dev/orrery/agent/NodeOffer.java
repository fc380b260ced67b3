package dev.orrery.agent;

import com.sun.management.OperatingSystemMXBean;
import dev.orrery.internal.config.ConfigKey;
import dev.orrery.internal.placement.PlacementRules;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;

/** What a node offers beside processors and GPUs, and how it is labelled. */
final class NodeOffer {
    private NodeOffer() {}

    /** As far as this process may use it: of a container, what that has. */
    static long hostMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** Thousandths by name. */
    static ConfigKey<Map<String, Long>> resources(String key, String doc) {
        return ConfigKey.pairs(
                key,
                doc,
                "name=amount, or several with commas, each name once; a name has " + PlacementRules.NAME_FORM
                        + ", and is none of cpus, gpus and memory; an amount is from 0.001 to "
                        + PlacementRules.MOST_OF_A_RESOURCE,
                NodeOffer::amount);
    }

    private static long amount(String name, String text) {
        Optional<String> wrong = PlacementRules.wrongResource(name);
        if (wrong.isPresent()) {
            throw new IllegalArgumentException(wrong.get());
        }
        double amount = Double.parseDouble(text);
        if (!PlacementRules.isAmount(amount) || PlacementRules.milli(amount) == 0) {
            throw new IllegalArgumentException("out of range");
        }
        return PlacementRules.milli(amount);
    }

    static ConfigKey<Map<String, String>> labels(String key, String doc) {
        return ConfigKey.pairs(
                key,
                doc,
                "key=value, or several with commas, each key once; both have " + PlacementRules.LABEL_FORM,
                NodeOffer::label);
    }

    private static String label(String key, String value) {
        Optional<String> wrong = PlacementRules.wrongLabel(key, value);
        if (wrong.isPresent()) {
            throw new IllegalArgumentException(wrong.get());
        }
        return value;
    }
}
