package dev.orrery;

import dev.orrery.error.Failure;
import java.util.List;
import java.util.Optional;

/**
 * What the leader knows of a placement group.
 *
 * @param bundles by number
 * @param reason why bundles wait: what they need, what is free on each node, and what would help; empty: none waits
 * @param failure why it was REMOVED, first cause first
 */
public record PlacementGroupStatus(
        String id,
        Optional<String> name,
        PlacementGroupState state,
        PlacementStrategy strategy,
        List<BundleStatus> bundles,
        Optional<String> reason,
        Optional<Failure> failure) {
    public PlacementGroupStatus {
        bundles = List.copyOf(bundles);
    }
}
