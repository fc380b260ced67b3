package dev.orrery.head.reconcile;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.ActorLife;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Who gets a lease of an exclusive actor, and until when one may be held.
 *
 * <p>A worker counts its lease from the moment when it asked. A leader grants only after it proved, later than that, that no
 * other head had taken over. So what an earlier leader granted ends no later than one lease after the take-over, and what
 * this leader granted one lease after it did.
 */
public final class ExclusiveLeases {
    /** Clocks of two hosts may run a little faster or slower than each other. */
    private static final int SLACK_PARTS = 20;

    private ExclusiveLeases() {}

    /** Why that life gets none; empty when it does. */
    public static Optional<OrreryException> objection(Records records, ActorLife life, String node) {
        Optional<ActorRecord> actor = records.actor(life.getActor());
        boolean current = actor.filter(known -> known.getIncarnation() == life.getIncarnation()
                        && known.getNode().equals(node)
                        && known.getSpec().getExclusive()
                        && (Lives.stateOf(known) == ActorState.STARTING || Lives.isAlive(known)))
                .isPresent();
        return current
                ? Optional.empty()
                : Optional.of(OrreryException.of(
                        ErrorCode.FENCED,
                        "%s#%d on node %s gets no lease: %s"
                                .formatted(
                                        life.getActor(),
                                        life.getIncarnation(),
                                        node,
                                        actor.map(ExclusiveLeases::standing).orElse("there is no such actor")),
                        Map.of("actor", life.getActor())));
    }

    private static String standing(ActorRecord actor) {
        return "the actor is %s, incarnation %d%s"
                .formatted(
                        actor.getState(),
                        actor.getIncarnation(),
                        actor.getNode().isEmpty() ? "" : " on node " + actor.getNode());
    }

    /** Whether the last life of {@code actor} may hold a lease, wherever it is. */
    public static boolean mayBeHeld(Draft draft, ActorRecord actor) {
        return left(draft, actor).compareTo(Duration.ZERO) > 0;
    }

    /** For how long at most; zero when none can be held. */
    public static Duration left(Draft draft, ActorRecord actor) {
        boolean mayRun = actor.getSpec().getExclusive() && actor.getIncarnation() > 0 && !actor.getLastLifeOver();
        if (!mayRun) {
            return Duration.ZERO;
        }
        long granted = draft.memory().lastGrant(actor.getActor()).orElse(draft.takenOverNanos());
        long since = Math.max(granted - draft.takenOverNanos(), 0) + draft.takenOverNanos();
        Duration lease = draft.settings().exclusiveLease();
        Duration left = lease.plus(lease.dividedBy(SLACK_PARTS)).minusNanos(draft.nowNanos() - since);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
