package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Follows each actor's life by its node's reports, ends it, and places the next one. */
public final class ActorReconciler implements Reconciler {
    /** Gateways first: nothing serves without one. */
    private static final Comparator<ActorRecord> PLACING_ORDER =
            Comparator.comparing((ActorRecord actor) -> !Lives.isGateway(actor)).thenComparing(ActorRecord::getLabel);

    @Override
    public void reconcile(Draft draft) {
        for (ActorRecord actor : draft.records().actors()) {
            switch (Lives.stateOf(actor)) {
                case STARTING, ALIVE -> follow(draft, actor);
                case DRAINING -> stop(draft, actor);
                case PENDING, RESTARTING, DEAD -> {}
            }
        }
        place(draft);
    }

    private static void follow(Draft draft, ActorRecord actor) {
        if (nodeIsDead(draft, actor)) {
            lost(draft, actor, "node " + actor.getNode() + " is dead");
            return;
        }
        Optional<WorkerReport> report = draft.observed().worker(actor.getNode(), Lives.lifeOf(actor));
        if (report.isEmpty()) {
            if (draft.told().knows(actor.getNode(), Lives.lifeOf(actor))) {
                lost(draft, actor, "node " + actor.getNode() + " does not know it any more");
                return;
            }
        } else if (report.get().getState() == WorkerState.EXITED) {
            crashed(draft, actor, report.get().getFailure());
            return;
        }
        if (Lives.stateOf(actor) == ActorState.STARTING) {
            opening(draft, actor, report);
        }
    }

    private static void opening(Draft draft, ActorRecord actor, Optional<WorkerReport> report) {
        if (report.filter(worker -> worker.getState() == WorkerState.OPEN).isPresent()) {
            ActorRecord opened = actor.toBuilder()
                    .setDataAddress(report.get().getDataAddress())
                    .setRpcAddress(report.get().getRpcAddress())
                    .build();
            draft.fire(opened, ActorEvent.OPENED, "open on " + actor.getNode());
            return;
        }
        Duration limit = Duration.ofMillis(
                Lives.isPlain(actor)
                        ? actor.getSpec().getOpenTimeoutMillis()
                        : policy(draft, actor).getOpenTimeoutMillis());
        if (nodeIsHeard(draft, actor)
                && draft.memory().inState(actor, draft.nowNanos()).compareTo(limit) > 0) {
            String step = report.map(worker -> ", it is " + worker.getState()).orElse(", it was not launched");
            Failure cause = Causes.of(
                    "timeout",
                    "%s did not finish in %d ms: %s on node %s%s"
                            .formatted(
                                    Lives.isPlain(actor) ? "its start" : "open()",
                                    limit.toMillis(),
                                    actor.getLabel(),
                                    actor.getNode(),
                                    step));
            crashed(
                    draft,
                    actor,
                    cause.toBuilder()
                            .setLogPath(report.map(WorkerReport::getLogPath).orElse(""))
                            .build());
        }
    }

    /** Counts against the actor's restarts. */
    private static void crashed(Draft draft, ActorRecord actor, Failure cause) {
        PipelinePolicy policy = policy(draft, actor);
        Duration window = Duration.ofMillis(policy.getRestartWindowMillis());
        int crashes = draft.memory().crashesWithin(actor.getActor(), window, draft.nowNanos()) + 1;
        draft.note(new Note.Crashed(actor.getPipeline(), actor.getActor(), draft.nowNanos()));
        ActorRecord ended = Causes.add(ended(actor), cause).setRestarts(crashes).build();
        ActorEvent event = crashes > policy.getMaxRestarts() ? ActorEvent.BUDGET_SPENT : ActorEvent.CRASHED;
        draft.fire(ended, event, "on " + actor.getNode() + ", " + Causes.summary(cause));
    }

    /** No fault of the actor's, so it does not count; but a plain actor is never restarted. */
    private static void lost(Draft draft, ActorRecord actor, String why) {
        Duration window = Duration.ofMillis(policy(draft, actor).getRestartWindowMillis());
        ActorRecord ended = Causes.add(ended(actor), Causes.of("node", why))
                .setRestarts(draft.memory().crashesWithin(actor.getActor(), window, draft.nowNanos()))
                .build();
        draft.fire(ended, Lives.isPlain(actor) ? ActorEvent.BUDGET_SPENT : ActorEvent.LOST, why);
    }

    private static ActorRecord.Builder ended(ActorRecord actor) {
        return actor.toBuilder().clearNode().clearGpus().clearDataAddress().clearRpcAddress();
    }

    private static void stop(Draft draft, ActorRecord actor) {
        boolean reported =
                draft.observed().worker(actor.getNode(), Lives.lifeOf(actor)).isPresent();
        boolean gone = actor.getNode().isEmpty()
                || nodeIsDead(draft, actor)
                || (draft.told().dropped(actor.getNode(), Lives.lifeOf(actor)) && !reported);
        if (gone) {
            ActorRecord ended = ended(actor).build();
            draft.fire(ended, ActorEvent.STOPPED, "nothing of it runs any more");
        }
    }

    private static void place(Draft draft) {
        List<ActorRecord> waiting = draft.records().actors().stream()
                .filter(actor -> isDue(draft, actor))
                .sorted(PLACING_ORDER)
                .toList();
        if (waiting.isEmpty()) {
            return;
        }
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        for (ActorRecord actor : waiting) {
            rooms.place(actor).ifPresent(place -> {
                ActorRecord next = actor.toBuilder()
                        .setNode(place.node())
                        .clearGpus()
                        .addAllGpus(place.gpus())
                        .setIncarnation(actor.getIncarnation() + 1)
                        .build();
                String gpus = place.gpus().isEmpty() ? "" : " with " + String.join(", ", place.gpus());
                draft.fire(next, ActorEvent.PLACED, "on " + place.node() + gpus);
            });
        }
    }

    private static boolean isDue(Draft draft, ActorRecord actor) {
        return switch (Lives.stateOf(actor)) {
            case PENDING -> true;
            case RESTARTING ->
                draft.memory().inState(actor, draft.nowNanos()).compareTo(backoff(draft.settings(), actor)) >= 0;
            case STARTING, ALIVE, DRAINING, DEAD -> false;
        };
    }

    /** The first restart goes at once. */
    public static Duration backoff(Settings settings, ActorRecord actor) {
        return settings.backoff(actor.getRestarts() - 1);
    }

    private static boolean nodeIsDead(Draft draft, ActorRecord actor) {
        Optional<NodeRecord> node = draft.records().node(actor.getNode());
        return node.isEmpty() || NodeState.valueOf(node.get().getState()) == NodeState.DEAD;
    }

    /** A leader ends nothing on a node whose reports it does not get. */
    private static boolean nodeIsHeard(Draft draft, ActorRecord actor) {
        return draft.observed()
                        .node(actor.getNode())
                        .filter(Observed.SeenNode::reported)
                        .isPresent()
                && draft.records()
                        .node(actor.getNode())
                        .filter(node -> NodeState.valueOf(node.getState()) != NodeState.SUSPECT)
                        .isPresent();
    }

    private static PipelinePolicy policy(Draft draft, ActorRecord actor) {
        return draft.records()
                .pipeline(actor.getPipeline())
                .map(PipelineRecord::getSpec)
                .map(spec -> spec.getPolicy())
                .orElse(PipelinePolicy.getDefaultInstance());
    }
}
