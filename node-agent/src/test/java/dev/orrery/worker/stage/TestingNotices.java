package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReplicaNotice;
import java.util.ArrayList;
import java.util.List;

/** Keeps what would go to the gateways. */
final class TestingNotices implements Notices {
    private final List<ReplicaNotice> told = new ArrayList<>();

    @Override
    public synchronized void tell(ActorLife gateway, ReplicaNotice notice) {
        told.add(notice);
    }

    @Override
    public synchronized void tellAll(ReplicaNotice notice) {
        told.add(notice);
    }

    synchronized List<ReplicaNotice> all() {
        return List.copyOf(told);
    }

    /** The one notice that there must be. */
    synchronized ReplicaNotice only() {
        if (told.size() != 1) {
            throw new AssertionError("expected one notice but there are " + told);
        }
        return told.get(0);
    }
}
