package dev.orrery.gateway.core;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Outcomes for clients that ask again because the answer was lost on its way; bounded by count, bytes and age. */
final class RememberedOutcomes {
    /** What an error, and the bookkeeping of any outcome, are taken to weigh. */
    private static final long OVERHEAD_BYTES = 512;

    private record Entry(Outcome outcome, long bytes, long untilNanos) {}

    private final GatewayOptions.Memory limits;
    private final Map<ClientKey, Entry> entries = new LinkedHashMap<>();
    private long bytes;

    RememberedOutcomes(GatewayOptions.Memory limits) {
        this.limits = limits;
    }

    void remember(Request request, Outcome outcome) {
        long size = OVERHEAD_BYTES
                + (outcome instanceof Outcome.Answered answered
                        ? answered.answer().byteSize()
                        : 0);
        long until = request.deadlineNanos() + limits.afterDeadline().toNanos();
        Entry before = entries.put(request.key(), new Entry(outcome, size, until));
        bytes += size - (before == null ? 0 : before.bytes());
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext() && (entries.size() > limits.outcomes() || bytes > limits.bytes())) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }

    Optional<Outcome> find(ClientKey key, long nowNanos) {
        Entry entry = entries.get(key);
        return entry == null || entry.untilNanos() - nowNanos <= 0 ? Optional.empty() : Optional.of(entry.outcome());
    }

    void forgetOld(long nowNanos) {
        entries.values().removeIf(entry -> {
            boolean old = entry.untilNanos() - nowNanos <= 0;
            bytes -= old ? entry.bytes() : 0;
            return old;
        });
    }

    int size() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }
}
