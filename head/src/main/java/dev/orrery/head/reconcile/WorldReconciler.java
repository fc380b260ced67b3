package dev.orrery.head.reconcile;

import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Note.Edge;
import dev.orrery.head.reconcile.Note.EdgeFailed;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Follows each world of a pipeline by what its members report, and forms one for each edge that lacks one. */
public final class WorldReconciler implements Reconciler {
    /** Bounds one plan; the next one goes on. */
    private static final int MAX_NEW_WORLDS = 2048;

    @Override
    public void reconcile(Draft draft) {
        for (String pipeline : draft.names()) {
            if (!pipeline.equals(Scope.PLAIN)) {
                draft.records().worldsOf(pipeline).forEach(world -> follow(draft, world));
            }
        }
        form(draft);
    }

    private static void follow(Draft draft, WorldRecord world) {
        WorldVerdict.of(draft, world).ifPresent(verdict -> {
            boolean edgeFailed =
                    verdict.event() == WorldEvent.MEMBER_BROKE || verdict.event() == WorldEvent.DEADLINE_PASSED;
            if (edgeFailed) {
                draft.note(new EdgeFailed(world.getPipeline(), edge(world.getSpec()), draft.nowNanos()));
            }
            draft.fire(world, verdict.event(), verdict.why());
        });
    }

    private static void form(Draft draft) {
        int room = MAX_NEW_WORLDS;
        for (PipelineRecord pipeline : draft.pipelines()) {
            Set<Edge> present = draft.records().worldsOf(pipeline.getSpec().getName()).stream()
                    .map(world -> edge(world.getSpec()))
                    .collect(Collectors.toSet());
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
        Backends made = Backends.best(draft.records(), List.of(pair.upstream(), pair.downstream()));
        WorldSpec spec = WorldSpec.newBuilder()
                .setId(draft.ids().nextWorld())
                .setBackend(made.backend())
                .addAllMembers(List.of(Lives.member(0, pair.upstream()), Lives.member(1, pair.downstream())))
                .setFormingTimeoutMillis(made.formingTimeout(draft.settings()).toMillis())
                .build();
        draft.write(Write.put(WorldRecord.newBuilder()
                .setSpec(spec)
                .setState(WorldState.FORMING.toMessage())
                .setPipeline(pipeline.getSpec().getName())
                .setBackendReason(made.reason())
                .build()));
        draft.reason(
                pipeline.getSpec().getName(),
                "world %x: FORMING (%s -> %s, %s)"
                        .formatted(
                                spec.getId(),
                                pair.upstream().getLabel(),
                                pair.downstream().getLabel(),
                                made.backend()));
    }

    static Edge edge(WorldSpec spec) {
        ActorLife upstream = spec.getMembers(0).getLife();
        return new Edge(upstream, spec.getMembers(1).getLife());
    }
}
