package dev.orrery.head.service;

import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.NodeChoice.Policy;
import dev.orrery.internal.proto.Resources;
import java.util.List;

/** Checks what a plain actor or a stage says that it needs of a node. */
final class NeededPlacement {
    private NeededPlacement() {}

    /** @param who begins what is added, for people */
    static void check(List<String> errors, String who, Resources resources, NodeChoice choice) {
        if (resources.getMilliCpus() < 0 || resources.getGpus() < 0) {
            errors.add(who + "cpus and gpus must not be negative");
        }
        boolean isPart = resources.getMilliGpu() != 0;
        if (isPart
                && (resources.getGpus() > 0
                        || resources.getMilliGpu() < 0
                        || resources.getMilliGpu() >= PlacementRules.MILLI)) {
            errors.add("%sgpus %d and %d thousandths: a part is of one GPU, and less than all of it"
                    .formatted(who, resources.getGpus(), resources.getMilliGpu()));
        }
        if (resources.getMemoryBytes() < 0 || resources.getMemoryBytes() > PlacementRules.MOST_MEMORY) {
            errors.add(who + "memory must be from 0 to " + PlacementRules.MOST_MEMORY + " bytes, not "
                    + resources.getMemoryBytes());
        }
        resources.getMilliNamedMap().forEach((name, milli) -> {
            PlacementRules.wrongResource(name).ifPresent(wrong -> errors.add(who + wrong));
            if (milli < 0 || milli > PlacementRules.milli(PlacementRules.MOST_OF_A_RESOURCE)) {
                errors.add(who + "resource " + name + " must be from 0 to " + PlacementRules.MOST_OF_A_RESOURCE
                        + ", not " + milli + " thousandths");
            }
        });
        choice.getLabelsMap().forEach((key, value) -> PlacementRules.wrongLabel(key, value)
                .ifPresent(wrong -> errors.add(who + wrong)));
        if (choice.getPolicy() == NodeChoice.Policy.UNRECOGNIZED) {
            errors.add(who + "this head does not know the policy of placement");
        }
    }

    /** Of what is no plain actor. */
    static void checkNoGroup(List<String> errors, String who, NodeChoice choice) {
        if (!choice.getGroup().isEmpty() || choice.hasBundle()) {
            errors.add(who + "only actors and tasks are placed in a placement group");
        }
    }

    /** Of a plain actor: its bundle has a node already. */
    static void checkGroup(List<String> errors, NodeChoice choice) {
        if (choice.getGroup().isEmpty()) {
            if (choice.hasBundle()) {
                errors.add("bundle " + choice.getBundle() + " of no placement group");
            }
            return;
        }
        boolean chooses =
                choice.getLabelsCount() > 0 || !choice.getNode().isEmpty() || choice.getPolicy() != Policy.EVEN;
        if (chooses) {
            errors.add("labels, a node and a policy are for bundles, not for what is placed in one");
        }
    }
}
