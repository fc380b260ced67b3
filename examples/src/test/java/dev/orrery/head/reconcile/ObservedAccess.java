package dev.orrery.head.reconcile;

import dev.orrery.head.reconcile.Observed.SeenNode;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** What a leader has heard of nodes, counted anew. */
public final class ObservedAccess {
    private ObservedAccess() {}

    /** The newest report of the node gets another number. */
    public static void renumber(Observed observed, String node, LongUnaryOperator other) {
        try {
            Field field = Observed.class.getDeclaredField("nodes");
            field.setAccessible(true);
            @SuppressWarnings("unchecked")
            Map<String, SeenNode> nodes = (Map<String, SeenNode>) field.get(observed);
            nodes.computeIfPresent(
                    node,
                    (name, seen) -> new SeenNode(
                            seen.hello(),
                            seen.connected(),
                            seen.heardNanos(),
                            other.applyAsLong(seen.sequence()),
                            seen.report().map(report -> report.toBuilder()
                                    .setSequence(other.applyAsLong(report.getSequence()))
                                    .build()),
                            seen.lives()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
