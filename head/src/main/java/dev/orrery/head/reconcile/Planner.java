package dev.orrery.head.reconcile;

import java.util.List;

/** All reconcilers, in the order in which one's step is another's observation, so that one failure makes one plan. */
public final class Planner {
    private static final List<Reconciler> RECONCILERS = List.of(
            new NodeReconciler(),
            new PipelineReconciler(),
            new NodeDrainReconciler(),
            new DrainReconciler(),
            new JobReconciler(),
            new PlacementGroupReconciler(),
            new ActorReconciler(),
            new SharedWorkerReconciler(),
            new PlainActorReconciler(),
            new WorldReconciler(),
            new PlainWorldReconciler(),
            new ReplicaReconciler(),
            new PipelineStateReconciler());

    private Planner() {}

    /** Reconciles everything into {@code draft}, which may hold the changes that clients ask for. */
    public static Plan plan(Draft draft) {
        RECONCILERS.forEach(reconciler -> reconciler.reconcile(draft));
        return draft.plan();
    }
}
