package dev.orrery.nccl.world;

import java.util.LinkedHashSet;
import java.util.Set;

/** Ids that are never joined again. Remembers the latest only: ids never recur, so this guards against stale commands. */
final class LeftWorlds {
    private final int capacity;
    private final Set<Long> ids = new LinkedHashSet<>();

    LeftWorlds(int capacity) {
        this.capacity = capacity;
    }

    void add(long id) {
        ids.add(id);
        if (ids.size() > capacity) {
            ids.remove(ids.iterator().next());
        }
    }

    boolean contains(long id) {
        return ids.contains(id);
    }
}
