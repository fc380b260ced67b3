package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Note.Edge;
import dev.orrery.head.reconcile.Note.EdgeFailed;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Follows each world by what its members report, and forms one for each edge that lacks one. */
public final class WorldReconciler implements Reconciler {
    /** Bounds one plan; the next one goes on. */
    private static final int MAX_NEW_WORLDS = 256;

    @Override
    public void reconcile(Draft draft) {
        draft.records().worlds().forEach(world -> follow(draft, world));
        form(draft);
    }

    private static void follow(Draft draft, WorldRecord world) {
        for (WorldMember member : world.getSpec().getMembersList()) {
            Optional<ActorRecord> actor = draft.records().actor(member.getLife().getActor());
            if (actor.filter(alive -> isMember(alive, member)).isEmpty()) {
                draft.fire(world, WorldEvent.MEMBER_GONE, "a life of " + member.getLabel() + " ended");
                return;
            }
            if (Lives.stateOf(actor.get()) == ActorState.DRAINING) {
                draft.fire(world, WorldEvent.RETIRED, member.getLabel() + " is draining");
                return;
            }
        }
        boolean forming = WorldState.of(world.getState()) == WorldState.FORMING;
        if (forming && !Ids.worldIsOfEpoch(world.getSpec().getId(), draft.epoch())) {
            draft.fire(world, WorldEvent.LEADER_CHANGED, "an earlier leader was forming it");
            return;
        }
        followReports(draft, world, forming);
    }

    private static boolean isMember(ActorRecord actor, WorldMember member) {
        ActorState state = Lives.stateOf(actor);
        return Lives.lifeOf(actor).equals(member.getLife())
                && (state == ActorState.ALIVE || state == ActorState.DRAINING);
    }

    private static void followReports(Draft draft, WorldRecord world, boolean forming) {
        int ready = 0;
        for (WorldMember member : world.getSpec().getMembersList()) {
            Optional<WorldReport> report = report(draft, world, member);
            if (report.isEmpty()) {
                continue;
            }
            switch (report.get().getState()) {
                case READY -> ready++;
                case BROKEN, CLOSED -> {
                    String why = member.getLabel() + " reports " + report.get().getState() + ", "
                            + Causes.summary(report.get().getCause());
                    fail(draft, world, WorldEvent.MEMBER_BROKE, why);
                    return;
                }
                default -> {}
            }
        }
        if (ready == world.getSpec().getMembersCount()) {
            draft.fire(world, WorldEvent.MEMBERS_READY, "every member is ready");
        } else if (forming) {
            checkDeadline(draft, world);
        }
    }

    private static void checkDeadline(Draft draft, WorldRecord world) {
        Duration limit = Duration.ofMillis(world.getSpec().getFormingTimeoutMillis())
                .plus(draft.settings().worldFormingSlack());
        if (draft.memory().inState(world, draft.nowNanos()).compareTo(limit) > 0) {
            String waitedFor = world.getSpec().getMembersList().stream()
                    .filter(member -> report(draft, world, member)
                            .filter(report -> report.getState() == dev.orrery.internal.proto.WorldState.READY)
                            .isEmpty())
                    .map(WorldMember::getLabel)
                    .toList()
                    .toString();
            fail(draft, world, WorldEvent.DEADLINE_PASSED, "not READY in " + limit.toMillis() + " ms: " + waitedFor);
        }
    }

    private static void fail(Draft draft, WorldRecord world, WorldEvent event, String why) {
        draft.note(new EdgeFailed(world.getPipeline(), edge(world.getSpec()), draft.nowNanos()));
        draft.fire(world, event, why);
    }

    private static Optional<WorldReport> report(Draft draft, WorldRecord world, WorldMember member) {
        return draft.records()
                .actor(member.getLife().getActor())
                .flatMap(actor -> draft.observed().worker(actor.getNode(), member.getLife()))
                .flatMap(worker -> worker.getWorldsList().stream()
                        .filter(report -> report.getWorld() == world.getSpec().getId())
                        .findFirst());
    }

    private static void form(Draft draft) {
        Set<Edge> present = new HashSet<>();
        draft.records().worlds().forEach(world -> present.add(edge(world.getSpec())));
        int room = MAX_NEW_WORLDS;
        for (PipelineRecord pipeline : draft.records().pipelines()) {
            for (Edges.Pair pair : Edges.wanted(draft.records(), pipeline)) {
                Edge edge = pair.edge();
                if (room > 0 && !present.contains(edge) && isDue(draft, edge)) {
                    form(draft, pipeline, pair);
                    room--;
                }
            }
        }
    }

    /** One that failed lately waits, longer each time. */
    private static boolean isDue(Draft draft, Edge edge) {
        // A failure noted by this very draft is not in memory yet; the edge waits for the next plan at least.
        Memory.EdgeFailures failures = draft.memory().edgeFailures(edge, draft.nowNanos());
        long waited = draft.nowNanos() - failures.lastNanos();
        return !draft.failedNow(edge)
                && waited >= draft.settings().backoff(failures.count()).toNanos();
    }

    private static void form(Draft draft, PipelineRecord pipeline, Edges.Pair pair) {
        WorldSpec spec = WorldSpec.newBuilder()
                .setId(draft.ids().nextWorld())
                .setBackend(Backend.HOST)
                .addAllMembers(List.of(member(0, pair.upstream()), member(1, pair.downstream())))
                .setFormingTimeoutMillis(draft.settings().worldFormingTimeout().toMillis())
                .build();
        draft.write(Write.put(WorldRecord.newBuilder()
                .setSpec(spec)
                .setState(WorldState.FORMING.toMessage())
                .setPipeline(pipeline.getSpec().getName())
                .build()));
        draft.reason(
                pipeline.getSpec().getName(),
                "world %x: FORMING (%s -> %s)"
                        .formatted(
                                spec.getId(),
                                pair.upstream().getLabel(),
                                pair.downstream().getLabel()));
    }

    private static WorldMember member(int rank, ActorRecord actor) {
        return WorldMember.newBuilder()
                .setRank(rank)
                .setLife(Lives.lifeOf(actor))
                .setDataAddress(actor.getDataAddress())
                .setLabel(actor.getLabel())
                .build();
    }

    static Edge edge(WorldSpec spec) {
        ActorLife upstream = spec.getMembers(0).getLife();
        return new Edge(upstream, spec.getMembers(1).getLife());
    }
}
