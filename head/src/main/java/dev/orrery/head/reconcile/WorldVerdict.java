package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldReport;
import java.time.Duration;
import java.util.Optional;

/**
 * What has happened to a world, by its members' lives and reports.
 *
 * @param member whose doing it is, when it is one member's
 * @param reported what that member says
 */
record WorldVerdict(WorldEvent event, String why, Optional<WorldMember> member, Optional<Failure> reported) {

    /** Empty when nothing has. */
    static Optional<WorldVerdict> of(Draft draft, WorldRecord world) {
        for (WorldMember member : world.getSpec().getMembersList()) {
            Optional<ActorRecord> actor = draft.records().actor(member.getLife().getActor());
            if (actor.filter(alive -> isMember(alive, member)).isEmpty()) {
                return by(member, WorldEvent.MEMBER_GONE, "a life of " + member.getLabel() + " ended");
            }
            if (Lives.stateOf(actor.get()) == ActorState.DRAINING) {
                return by(member, WorldEvent.RETIRED, member.getLabel() + " is draining");
            }
        }
        boolean forming = WorldState.of(world.getState()) == WorldState.FORMING;
        if (forming && !Ids.worldIsOfEpoch(world.getSpec().getId(), draft.epoch())) {
            return of(WorldEvent.LEADER_CHANGED, "an earlier leader was forming it");
        }
        return ofReports(draft, world, forming);
    }

    private static Optional<WorldVerdict> ofReports(Draft draft, WorldRecord world, boolean forming) {
        int ready = 0;
        for (WorldMember member : world.getSpec().getMembersList()) {
            Optional<WorldReport> report = report(draft, world, member);
            if (report.isEmpty()) {
                continue;
            }
            switch (report.get().getState()) {
                case READY -> ready++;
                case BROKEN, CLOSED -> {
                    Failure cause = report.get().getCause();
                    String why =
                            member.getLabel() + " reports " + report.get().getState() + ", " + Causes.summary(cause);
                    return Optional.of(
                            new WorldVerdict(WorldEvent.MEMBER_BROKE, why, Optional.of(member), Optional.of(cause)));
                }
                default -> {}
            }
        }
        if (ready == world.getSpec().getMembersCount()) {
            return of(WorldEvent.MEMBERS_READY, "every member is ready");
        }
        return forming ? late(draft, world) : Optional.empty();
    }

    private static Optional<WorldVerdict> late(Draft draft, WorldRecord world) {
        Duration limit = Duration.ofMillis(world.getSpec().getFormingTimeoutMillis())
                .plus(draft.settings().worldFormingSlack());
        if (draft.memory().inState(world, draft.nowNanos()).compareTo(limit) <= 0) {
            return Optional.empty();
        }
        String waitedFor = world.getSpec().getMembersList().stream()
                .filter(member -> report(draft, world, member)
                        .filter(report -> report.getState() == dev.orrery.internal.proto.WorldState.READY)
                        .isEmpty())
                .map(WorldMember::getLabel)
                .toList()
                .toString();
        return of(WorldEvent.DEADLINE_PASSED, "not READY in " + limit.toMillis() + " ms: " + waitedFor);
    }

    private static Optional<WorldVerdict> of(WorldEvent event, String why) {
        return Optional.of(new WorldVerdict(event, why, Optional.empty(), Optional.empty()));
    }

    private static Optional<WorldVerdict> by(WorldMember member, WorldEvent event, String why) {
        return Optional.of(new WorldVerdict(event, why, Optional.of(member), Optional.empty()));
    }

    private static boolean isMember(ActorRecord actor, WorldMember member) {
        ActorState state = Lives.stateOf(actor);
        return Lives.lifeOf(actor).equals(member.getLife())
                && (state == ActorState.ALIVE || state == ActorState.DRAINING);
    }

    private static Optional<WorldReport> report(Draft draft, WorldRecord world, WorldMember member) {
        return draft.records()
                .actor(member.getLife().getActor())
                .flatMap(actor -> draft.observed().worker(actor.getNode(), member.getLife()))
                .flatMap(worker -> worker.getWorldsList().stream()
                        .filter(report -> report.getWorld() == world.getSpec().getId())
                        .findFirst());
    }
}
