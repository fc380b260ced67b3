package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ends shared workers in which nobody has lived for a while. */
final class SharedWorkerReconciler implements Reconciler {
    /** A program that starts actors one after the other is to meet the same worker. */
    static final Duration IDLE = Duration.ofSeconds(10);

    @Override
    public void reconcile(Draft draft) {
        if (!draft.looksAt(Scope.PLAIN)) {
            return;
        }
        List<ActorRecord> plain = draft.records().actorsOf(Scope.PLAIN);
        List<ActorRecord> workers = plain.stream()
                .filter(actor -> SharedWorkers.isWorker(actor) && mayEnd(Lives.stateOf(actor)))
                .toList();
        if (workers.isEmpty()) {
            return;
        }
        Map<String, Duration> empty = emptySince(draft, plain);
        for (ActorRecord worker : workers) {
            Duration there = draft.memory().inState(worker, draft.nowNanos());
            Duration idle = empty.getOrDefault(worker.getActor(), there);
            boolean leaving = NodeDrainReconciler.isLeaving(draft.records(), worker);
            if (idle.compareTo(leaving ? Duration.ZERO : IDLE) > 0) {
                draft.fire(
                        Causes.add(worker.toBuilder(), Causes.of("idle", "no actor lives in it any more"))
                                .build(),
                        ActorEvent.DRAIN_ASKED,
                        "no actor lives in it any more");
            }
        }
    }

    private static boolean mayEnd(ActorState state) {
        return state != ActorState.DRAINING && state != ActorState.DEAD;
    }

    /** For how long nobody has lived in a worker by now, by its id: not at all where somebody does. */
    private static Map<String, Duration> emptySince(Draft draft, List<ActorRecord> plain) {
        Map<String, Duration> empty = new HashMap<>();
        for (ActorRecord guest : plain) {
            if (SharedWorkers.isGuest(guest) && guest.hasSharedWorker()) {
                Duration gone =
                        Lives.isPlaced(guest) ? Duration.ZERO : draft.memory().inState(guest, draft.nowNanos());
                empty.merge(
                        guest.getSharedWorker().getActor(),
                        gone,
                        (one, other) -> one.compareTo(other) < 0 ? one : other);
            }
        }
        return empty;
    }
}
