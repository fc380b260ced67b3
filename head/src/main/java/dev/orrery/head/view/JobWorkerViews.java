package dev.orrery.head.view;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Scope;
import dev.orrery.head.reconcile.SharedWorkers;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.JobWorkers;

/** The workers of what a job has started, for whoever wants to see what they print. */
public final class JobWorkerViews {
    private JobWorkerViews() {}

    /** Of each actor with a worker of its own the newest life that was placed: guests print by the worker that they share. */
    public static JobWorkers of(ClusterState state, String job) {
        JobWorkers.Builder workers = JobWorkers.newBuilder();
        state.records().actorsOf(Scope.PLAIN).stream()
                .filter(actor -> actor.getSpec().getJob().equals(job)
                        && actor.getIncarnation() > 0
                        && !SharedWorkers.isGuest(actor))
                .forEach(actor -> workers.addWorkers(worker(state, actor)));
        return workers.build();
    }

    private static JobWorker worker(ClusterState state, ActorRecord actor) {
        boolean placed = Lives.isPlaced(actor);
        return JobWorker.newBuilder()
                .setLife(Lives.lifeOf(actor))
                .setLabel(actor.getLabel())
                .setNode(placed ? actor.getNode() : actor.getLastNode())
                .setPid(PipelineViews.pid(state, actor))
                .setEnded(!placed)
                .build();
    }
}
