package dev.orrery.gateway.core;

import dev.orrery.internal.proto.GatewayEvent;
import java.util.List;

/** What the core wants done, in this order. */
public sealed interface Effect {
    /**
     * Send the request over the first world of the path.
     *
     * @param path world ids, from the gateway through one replica of each stage and back
     */
    record Send(long request, int attempt, List<Long> path, long deadlineNanos, Payload payload) implements Effect {}

    /** Tell a replica that nobody waits for this attempt any more; it acknowledges. */
    record Cancel(Life replica, long link, long request, int attempt) implements Effect {}

    record Complete(List<Long> waiters, Outcome outcome) implements Effect {}

    /** The core holds this payload no longer. */
    record Release(Payload payload) implements Effect {}

    /** What {@link GatewayCore#report()} returns has changed. */
    record ReportChanged() implements Effect {}

    record Happened(GatewayEvent event) implements Effect {}
}
