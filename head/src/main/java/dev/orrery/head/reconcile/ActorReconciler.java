package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Place;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.ActorLife;
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

    /**
     * A life that lasted so long was well. Without this a stage of one replica would be brought down by the second poisoned
     * request within its window, for each costs three lives.
     */
    private static final Duration STABLE_SERVICE = Duration.ofSeconds(30);

    @Override
    public void reconcile(Draft draft) {
        for (ActorRecord actor : draft.actors()) {
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
        if (SharedWorkers.isGuest(actor) && endedWithItsWorker(draft, actor)) {
            return;
        }
        Optional<WorkerReport> report = draft.observed().worker(actor.getNode(), Lives.lifeOf(actor));
        if (report.isEmpty()) {
            // A worker may not have heard of a guest yet although its agent has.
            if (!SharedWorkers.isGuest(actor) && draft.told().knows(actor.getNode(), Lives.lifeOf(actor))) {
                lost(draft, actor, "node " + actor.getNode() + " does not know it any more");
                return;
            }
        } else if (report.get().getState() == WorkerState.EXITED) {
            ended(draft, over(actor), report.get());
            return;
        }
        if (Lives.stateOf(actor) == ActorState.STARTING) {
            opening(draft, actor, report);
        }
    }

    /** Ends a guest whose worker has ended; false when that lives. */
    private static boolean endedWithItsWorker(Draft draft, ActorRecord guest) {
        ActorLife shared = guest.getSharedWorker();
        Optional<WorkerReport> report = draft.observed()
                .worker(guest.getNode(), shared)
                .filter(worker -> worker.getState() == WorkerState.EXITED);
        Optional<ActorRecord> worker = draft.records().actor(shared.getActor());
        if (report.isPresent()) {
            ended(draft, guest, report.get());
            return true;
        }
        if (worker.filter(there -> !Lives.hasEnded(there, shared)).isPresent()) {
            return false;
        }
        Failure end = Causes.of("worker", "the worker that it shared has ended");
        Failure why = worker.map(there -> Causes.leadingTo(there, end)).orElse(end);
        boolean blameless = worker.filter(there -> Lives.stateOf(there) != ActorState.DEAD || Causes.isNode(there))
                .isPresent();
        if (blameless) {
            draft.fire(endedBlameless(draft, guest, why), ActorEvent.LOST, Causes.summary(why));
        } else {
            crashed(draft, guest, why);
        }
        return true;
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

    private static void ended(Draft draft, ActorRecord actor, WorkerReport report) {
        if (report.getNotLaunched()) {
            // Its next life is its first try anew, also where it may not be restarted.
            Failure why = report.getFailure();
            draft.fire(endedBlameless(draft, actor, why), ActorEvent.LOST, Causes.summary(why));
        } else {
            crashed(draft, actor, report.getFailure());
        }
    }

    /** Counts against the actor's restarts. */
    private static void crashed(Draft draft, ActorRecord actor, Failure cause) {
        RestartBudget budget = RestartBudget.of(draft.records(), actor);
        int crashes = crashesThatCount(draft, actor, budget) + 1;
        ActorRecord ended = Causes.add(ended(actor), cause)
                .setRestarts(crashes)
                .setCrashes(actor.getCrashes() + 1)
                .build();
        ActorEvent event = budget.allows(crashes) ? ActorEvent.CRASHED : ActorEvent.BUDGET_SPENT;
        draft.fire(ended, event, "on " + actor.getNode() + ", " + Causes.summary(cause));
    }

    /** After stable service what was before does not count any more, neither now nor at the next crash. */
    private static int crashesThatCount(Draft draft, ActorRecord actor, RestartBudget budget) {
        boolean stable = Lives.isAlive(actor)
                && draft.memory().inState(actor, draft.nowNanos()).compareTo(STABLE_SERVICE) >= 0;
        int within = draft.memory().crashesWithin(actor.getActor(), budget.window(), draft.nowNanos());
        return stable ? 0 : Math.min(within, actor.getRestarts());
    }

    /** No fault of the actor's, so it does not count. */
    private static void lost(Draft draft, ActorRecord actor, String why) {
        RestartBudget budget = RestartBudget.of(draft.records(), actor);
        ActorRecord ended = endedBlameless(draft, actor, Causes.ofNode(why));
        draft.fire(ended, budget.whateverEndsIt() ? ActorEvent.LOST : ActorEvent.BUDGET_SPENT, why);
    }

    /** By no fault of its own; only its crashes of lately count still. */
    static ActorRecord endedBlameless(Draft draft, ActorRecord actor, Failure cause) {
        RestartBudget budget = RestartBudget.of(draft.records(), actor);
        return Causes.add(ended(actor), cause)
                .setRestarts(crashesThatCount(draft, actor, budget))
                .build();
    }

    /** Without what a life had of its node. */
    private static ActorRecord.Builder ended(ActorRecord actor) {
        ActorRecord.Builder ended = actor.toBuilder()
                .clearNode()
                .clearGpus()
                .clearBundle()
                .clearDataAddress()
                .clearRpcAddress();
        return actor.getNode().isEmpty() ? ended : ended.setLastNode(actor.getNode());
    }

    private static void stop(Draft draft, ActorRecord actor) {
        boolean reported =
                draft.observed().worker(actor.getNode(), Lives.lifeOf(actor)).isPresent();
        boolean unplaced = actor.getNode().isEmpty();
        boolean gone = !unplaced && draft.told().dropped(actor.getNode(), Lives.lifeOf(actor)) && !reported;
        boolean lost = (unplaced || nodeIsDead(draft, actor)) && !ExclusiveLeases.mayBeHeld(draft, actor);
        if (gone || lost) {
            ActorRecord ended = ended(gone ? over(actor) : actor).build();
            draft.fire(ended, ActorEvent.STOPPED, "nothing of it runs any more");
        }
    }

    /** Its process is known to be gone, not only that nothing is heard of it. */
    private static ActorRecord over(ActorRecord actor) {
        return actor.getSpec().getExclusive()
                ? actor.toBuilder().setLastLifeOver(true).build()
                : actor;
    }

    private static void place(Draft draft) {
        List<ActorRecord> waiting = draft.actors().stream()
                .filter(actor -> isDue(draft, actor))
                .sorted(PLACING_ORDER)
                .toList();
        if (waiting.isEmpty()) {
            return;
        }
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        SharedWorkers shared = new SharedWorkers(draft);
        for (ActorRecord actor : waiting) {
            rooms.place(actor).ifPresent(place -> place(draft, shared, actor, place));
        }
    }

    private static void place(Draft draft, SharedWorkers shared, ActorRecord actor, Place place) {
        ActorRecord.Builder next = actor.toBuilder()
                .setNode(place.node())
                .clearGpus()
                .addAllGpus(place.gpus())
                .setBundle(place.bundle().orElse(0))
                .clearLastLifeOver()
                .setIncarnation(actor.getIncarnation() + 1);
        String where = describe(place);
        if (SharedWorkers.isGuest(actor)) {
            ActorRecord worker = shared.takeIn(actor, place.node());
            next.setSharedWorker(Lives.lifeOf(worker));
            where += " in shared worker " + worker.getActor();
        }
        draft.fire(next.build(), ActorEvent.PLACED, where);
    }

    private static String describe(Place place) {
        String gpus = place.gpus().isEmpty() ? "" : " with " + String.join(", ", place.gpus());
        String bundle =
                place.bundle().isEmpty() ? "" : " in bundle " + place.bundle().getAsInt();
        return "on " + place.node() + bundle + gpus;
    }

    private static boolean isDue(Draft draft, ActorRecord actor) {
        return switch (Lives.stateOf(actor)) {
            case PENDING -> true;
            case RESTARTING ->
                draft.memory().inState(actor, draft.nowNanos()).compareTo(backoff(draft.settings(), actor)) >= 0
                        && !ExclusiveLeases.mayBeHeld(draft, actor);
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
                        // A node that is being drained is never SUSPECT.
                        .filter(seen -> draft.nowNanos() - seen.heardNanos()
                                <= draft.settings().suspectAfter().toNanos())
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
