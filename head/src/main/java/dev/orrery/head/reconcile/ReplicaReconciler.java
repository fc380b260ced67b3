package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ReplicaEvent;
import java.util.Optional;

/** Says of each replica whether it serves: by its actor and the READY edges on its two sides. */
public final class ReplicaReconciler implements Reconciler {
    @Override
    public void reconcile(Draft draft) {
        for (String pipeline : draft.names()) {
            Edges.Ready ready = Edges.Ready.of(draft.records().worldsOf(pipeline));
            for (ReplicaRecord replica : draft.records().replicas(pipeline)) {
                if (!Lives.isDraining(replica)) {
                    follow(draft, replica, ready);
                }
            }
        }
    }

    private static void follow(Draft draft, ReplicaRecord replica, Edges.Ready ready) {
        Optional<ActorRecord> actor = draft.records().actorOf(replica).filter(Lives::isAlive);
        if (actor.isEmpty()) {
            draft.fire(replica, ReplicaEvent.ACTOR_DOWN, "its actor is not ALIVE");
            return;
        }
        ReplicaRecord alive = draft.fire(replica, ReplicaEvent.ACTOR_ALIVE, "its actor is ALIVE");
        if (ready.onBothSides(Lives.lifeOf(actor.get()))) {
            draft.fire(alive, ReplicaEvent.ATTACHED, "a READY edge on each side");
        } else {
            draft.fire(alive, ReplicaEvent.DETACHED, "a side has no READY edge");
        }
    }
}
