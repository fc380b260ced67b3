package dev.orrery;

import java.util.List;
import java.util.Optional;

/**
 * What the leader knows of a bundle of a placement group.
 *
 * @param number what it is called by; never given to another bundle of the group
 * @param node where it has its room; empty: it waits for some
 * @param gpus that are set aside for it, by UUID; none where a node's slots have no devices
 * @param actors how many actors and workers of tasks live in it
 */
public record BundleStatus(int number, Optional<String> node, List<String> gpus, int actors) {
    public BundleStatus {
        gpus = List.copyOf(gpus);
    }
}
