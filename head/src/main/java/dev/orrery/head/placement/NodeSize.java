package dev.orrery.head.placement;

import java.util.Map;

/**
 * What a node has in all.
 *
 * @param state for people
 * @param isThere whether it may take actors now or soon
 * @param gpus the most that one actor could get
 */
public record NodeSize(
        String node, String state, boolean isThere, Map<String, String> labels, Amounts total, int gpus) {
    /** Whether the demand would fit if nothing else were on it. */
    public boolean holds(Demand demand) {
        return willDo(demand) && total.cover(demand.amounts()) && demand.gpus().devices() <= gpus;
    }

    boolean willDo(Demand demand) {
        return isThere && demand.allows(node, labels);
    }
}
