package dev.orrery.head.reconcile;

import dev.orrery.error.ErrorCode;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorldMember;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Follows the worlds of plain actors. None is formed afresh: that is for their driver to ask, who is told why one is BROKEN.
 */
public final class PlainWorldReconciler implements Reconciler {
    static final int BROKEN_KEPT = 100;
    private static final String MEMBER = "member";

    @Override
    public void reconcile(Draft draft) {
        if (!draft.looksAt(Scope.PLAIN)) {
            return;
        }
        for (WorldRecord world : draft.records().worldsOf(Scope.PLAIN)) {
            switch (WorldState.of(world.getState())) {
                case FORMING, READY -> WorldVerdict.of(draft, world).ifPresent(verdict -> take(draft, world, verdict));
                case BROKEN -> explain(draft, world);
                case CLOSED -> {}
            }
        }
        forget(draft);
    }

    private static void take(Draft draft, WorldRecord world, WorldVerdict verdict) {
        if (verdict.event() == WorldEvent.MEMBERS_READY) {
            draft.fire(world, verdict.event(), verdict.why());
            return;
        }
        // Whoever kills a member means to end its life, not the world, which breaks as it does with any other death.
        WorldEvent event = verdict.event() == WorldEvent.RETIRED ? WorldEvent.MEMBER_GONE : verdict.event();
        WorldRecord broken = world.toBuilder().setCause(cause(draft, verdict)).build();
        draft.fire(broken, event, verdict.why());
    }

    private static Failure cause(Draft draft, WorldVerdict verdict) {
        Optional<Failure> reported =
                verdict.reported().filter(failure -> !failure.getKind().isEmpty());
        if (reported.isPresent()) {
            return Causes.cut(reported.get());
        }
        Failure consequence = Causes.of(kind(verdict.event()), verdict.why());
        return verdict.member()
                .flatMap(member -> draft.records().actor(member.getLife().getActor()))
                .map(actor -> Causes.leadingTo(actor, consequence))
                .orElse(consequence);
    }

    private static String kind(WorldEvent event) {
        return switch (event) {
            case DEADLINE_PASSED -> "deadline";
            // Its driver may form it again at once.
            case LEADER_CHANGED -> ErrorCode.NOT_LEADER.name();
            default -> MEMBER;
        };
    }

    /** The members that live see a closed link before the node of the one that died reports how it died. */
    private static void explain(Draft draft, WorldRecord world) {
        boolean lately = draft.memory()
                        .inState(world, draft.nowNanos())
                        .compareTo(draft.settings().closingTimeout())
                <= 0;
        if (!lately || world.getCause().getKind().equals(MEMBER)) {
            return;
        }
        for (WorldMember member : world.getSpec().getMembersList()) {
            Optional<ActorRecord> ended = draft.records()
                    .actor(member.getLife().getActor())
                    .filter(actor -> Lives.hasEnded(actor, member.getLife()) && actor.getCausesCount() > 0);
            if (ended.isPresent()) {
                Failure death =
                        Causes.leadingTo(ended.get(), Causes.of(MEMBER, "a life of " + member.getLabel() + " ended"));
                if (!death.getKind().equals(world.getCause().getKind())
                        || !death.getMessage().equals(world.getCause().getMessage())) {
                    draft.write(Write.put(world.toBuilder().setCause(death).build()));
                }
                return;
            }
        }
    }

    private static void forget(Draft draft) {
        List<WorldRecord> broken = draft.records().worldsOf(Scope.PLAIN).stream()
                .filter(world -> WorldState.of(world.getState()) == WorldState.BROKEN)
                .sorted(Comparator.comparingLong(
                        (WorldRecord world) -> world.getSpec().getId()))
                .toList();
        for (int i = 0; i < broken.size() - BROKEN_KEPT; i++) {
            draft.write(Write.delete(broken.get(i)));
        }
    }
}
