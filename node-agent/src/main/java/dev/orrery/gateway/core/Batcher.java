package dev.orrery.gateway.core;

import java.util.List;
import java.util.NavigableMap;

/** Says which of the queued requests go next, together, over one path. */
@FunctionalInterface
interface Batcher {
    /** Each request travels alone, as soon as there is a path. */
    Batcher ONE_BY_ONE = (queue, nowNanos) -> List.of(queue.firstEntry().getValue());

    /**
     * @param queue not empty, in order; left as it is
     * @return from its head; empty to wait for more
     */
    List<Request> next(NavigableMap<Long, Request> queue, long nowNanos);
}
