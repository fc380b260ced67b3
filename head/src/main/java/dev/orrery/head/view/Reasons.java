package dev.orrery.head.view;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.reconcile.ActorReconciler;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorkerReport;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Why something does not serve.
 *
 * @param rooms looked at only for what waits to be placed
 */
record Reasons(ClusterState state, Supplier<Rooms> rooms, long nowNanos) {

    /** Empty when it serves. */
    String of(ReplicaRecord replica, ActorRecord actor) {
        ReplicaState at = Lives.stateOf(replica);
        return switch (Lives.stateOf(actor)) {
            case PENDING -> doesNotFit(actor).orElse("is about to be placed");
            case STARTING -> starting(actor) + after(actor);
            case ALIVE ->
                at == ReplicaState.DRAINING
                        ? "finishes its requests"
                        : at == ReplicaState.SERVING ? "" : "waits for a READY edge on each side";
            case RESTARTING -> doesNotFit(actor).orElseGet(() -> restarting(actor)) + after(actor);
            case DRAINING -> "is being stopped on " + actor.getNode();
            case DEAD -> "stays down" + after(actor);
        };
    }

    /** Need and what is free, when an actor that should be placed has no room. */
    Optional<String> doesNotFit(ActorRecord actor) {
        boolean waits =
                switch (Lives.stateOf(actor)) {
                    case PENDING -> true;
                    case RESTARTING -> backoffLeft(actor).isZero();
                    case STARTING, ALIVE, DRAINING, DEAD -> false;
                };
        return waits
                ? Optional.of(rooms.get()).filter(free -> !free.fits(actor)).map(free -> free.explain(actor))
                : Optional.empty();
    }

    private String starting(ActorRecord actor) {
        return state.observed()
                        .worker(actor.getNode(), Lives.lifeOf(actor))
                        .map(WorkerReport::getState)
                        .map(worker -> "is " + worker)
                        .orElse("is to be launched")
                + " on " + actor.getNode();
    }

    private String restarting(ActorRecord actor) {
        return "restarts in " + backoffLeft(actor).toMillis() + " ms";
    }

    private Duration backoffLeft(ActorRecord actor) {
        Duration left = ActorReconciler.backoff(state.settings(), actor)
                .minus(state.memory().inState(actor, nowNanos));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static String after(ActorRecord actor) {
        if (actor.getCausesCount() == 0) {
            return "";
        }
        Failure cause = actor.getCauses(actor.getCausesCount() - 1);
        return ", after " + cause.getKind() + ": " + cause.getMessage();
    }
}
