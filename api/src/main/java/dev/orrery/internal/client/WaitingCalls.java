package dev.orrery.internal.client;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Calls that no connection carries, in the order in which they were made. Not thread-safe. */
final class WaitingCalls {
    private final NavigableMap<Long, ActorCall> calls = new TreeMap<>();
    private final long maxBytes;
    private long bytes;

    /** @param maxBytes of all; a single one is taken whatever its size */
    WaitingCalls(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    boolean takes(ActorCall call) {
        return calls.isEmpty() || bytes + call.bytes() <= maxBytes;
    }

    void add(ActorCall call) {
        if (calls.put(call.number(), call) == null) {
            bytes += call.bytes();
        }
    }

    void remove(ActorCall call) {
        if (calls.remove(call.number()) != null) {
            bytes -= call.bytes();
        }
    }

    /** All; none waits any more. */
    List<ActorCall> take() {
        List<ActorCall> taken = List.copyOf(calls.values());
        calls.clear();
        bytes = 0;
        return taken;
    }
}
