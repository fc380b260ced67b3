package dev.orrery.worker.actor;

import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.store.KeptValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Large results that are kept here for owners on other hosts, until these need them no more, or their connections end. Thread-safe. */
final class KeptResults {
    private final Map<RpcConnection, Map<String, KeptValue>> byOwner = new HashMap<>();

    /** @param name of its file */
    void keep(RpcConnection owner, String name, KeptValue value) {
        boolean first;
        synchronized (this) {
            first = !byOwner.containsKey(owner);
            byOwner.computeIfAbsent(owner, unknown -> new HashMap<>()).put(name, value);
        }
        if (first) {
            var unused = owner.closed().thenAccept(why -> releaseAll(owner));
        }
    }

    void release(RpcConnection owner, List<String> names) {
        for (String name : names) {
            Optional<KeptValue> released;
            synchronized (this) {
                released = Optional.ofNullable(byOwner.get(owner)).map(all -> all.remove(name));
            }
            released.ifPresent(KeptValue::release);
        }
    }

    private void releaseAll(RpcConnection owner) {
        Map<String, KeptValue> all;
        synchronized (this) {
            all = byOwner.remove(owner);
        }
        if (all != null) {
            all.values().forEach(KeptValue::release);
        }
    }
}
