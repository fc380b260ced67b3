package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.CheckpointRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NamespaceRecord;
import dev.orrery.head.state.ActorState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Gives back the names of plain actors that died, and what they saved, and forgets the dead but the last few, whose causes are
 * asked for.
 */
public final class PlainActorReconciler implements Reconciler {
    static final int DEAD_KEPT = 200;

    @Override
    public void reconcile(Draft draft) {
        if (!draft.looksAt(Scope.PLAIN)) {
            return;
        }
        draft.records().names().forEach(name -> release(draft, name));
        draft.records().checkpoints().forEach(checkpoint -> release(draft, checkpoint));
        draft.records().namespaces().forEach(namespace -> release(draft, namespace));
        List<ActorRecord> dead = draft.records().actorsOf(Scope.PLAIN).stream()
                .filter(actor -> Lives.stateOf(actor) == ActorState.DEAD && !ExclusiveLeases.mayBeHeld(draft, actor))
                .toList();
        if (dead.size() > DEAD_KEPT) {
            forget(draft, dead);
        }
    }

    private static void release(Draft draft, NameRecord name) {
        Optional<ActorRecord> actor = draft.records().actor(name.getActor());
        if (actor.filter(owner -> Lives.stateOf(owner) != ActorState.DEAD || ExclusiveLeases.mayBeHeld(draft, owner))
                .isEmpty()) {
            draft.write(Write.delete(name));
        }
    }

    /** No life follows. */
    private static void release(Draft draft, CheckpointRecord checkpoint) {
        if (draft.records()
                .actor(checkpoint.getActor())
                .filter(actor -> Lives.stateOf(actor) != ActorState.DEAD)
                .isEmpty()) {
            draft.write(Write.delete(checkpoint));
        }
    }

    private static void release(Draft draft, NamespaceRecord namespace) {
        if (draft.records().names(namespace.getNamespace()).isEmpty()) {
            draft.write(Write.delete(namespace));
        }
    }

    private static void forget(Draft draft, List<ActorRecord> dead) {
        dead.stream()
                .sorted(Comparator.comparing(
                                (ActorRecord actor) -> draft.memory().inState(actor, draft.nowNanos()))
                        .reversed())
                .limit((long) dead.size() - DEAD_KEPT)
                .forEach(actor -> draft.write(Write.delete(actor)));
    }
}
