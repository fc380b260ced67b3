package dev.orrery.benchmarks.payload;

import java.util.HashMap;
import java.util.Map;

/** Keeps buffers from run to run, of one size of messages at a time. Not thread-safe. */
public final class MessageStore implements AutoCloseable {
    private record Key(boolean sends, int lane, int sender, long bytes, int outstanding) {}

    private final Map<Key, Messages> kept = new HashMap<>();

    /** @param lane whose buffers: no two share any */
    public Messages toSend(int lane, int sender, long bytes, int outstanding) {
        return get(new Key(true, lane, sender, bytes, outstanding));
    }

    public Messages toReceive(int lane, int sender, long bytes, int outstanding) {
        return get(new Key(false, lane, sender, bytes, outstanding));
    }

    private Messages get(Key key) {
        kept.entrySet().removeIf(entry -> {
            boolean other = entry.getKey().bytes() != key.bytes();
            if (other) {
                entry.getValue().close();
            }
            return other;
        });
        return kept.computeIfAbsent(
                key,
                it -> it.sends()
                        ? Messages.toSend(it.sender(), it.bytes(), it.outstanding())
                        : Messages.toReceive(it.sender(), it.bytes(), it.outstanding()));
    }

    @Override
    public void close() {
        kept.values().forEach(Messages::close);
        kept.clear();
    }
}
