package dev.orrery.examples.model.worlds;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.ReplicaNotice;
import java.util.ArrayList;
import java.util.List;

/**
 * A control link that a replica holds to a gateway.
 *
 * @param up whether the replica takes it for open; the gateway does as long as the link is listed
 * @param notices to the gateway, in order
 * @param cancels to the replica, in order
 */
record Link(
        int id,
        ActorLife replica,
        ActorLife gateway,
        boolean up,
        List<ReplicaNotice> notices,
        List<CancelAttempt> cancels) {

    Link down() {
        return new Link(id, replica, gateway, false, notices, List.of());
    }

    Link told(ReplicaNotice notice) {
        return new Link(id, replica, gateway, up, with(notices, notice), cancels);
    }

    Link cancelled(CancelAttempt cancel) {
        return new Link(id, replica, gateway, up, notices, with(cancels, cancel));
    }

    Link noticeTaken() {
        return new Link(id, replica, gateway, up, List.copyOf(notices.subList(1, notices.size())), cancels);
    }

    Link cancelTaken() {
        return new Link(id, replica, gateway, up, notices, List.copyOf(cancels.subList(1, cancels.size())));
    }

    private static <T> List<T> with(List<T> all, T added) {
        List<T> more = new ArrayList<>(all);
        more.add(added);
        return List.copyOf(more);
    }
}
