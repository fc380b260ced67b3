package dev.orrery.head.view;

import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.JobReconciler;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.Scope;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.JobView;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.WorkerReport;
import java.util.Collection;

/** Everything in the cluster; who leads it is for the caller to add. */
public final class ClusterViews {
    private ClusterViews() {}

    public static ClusterView of(ClusterState state, long nowNanos) {
        ClusterView.Builder view = ClusterView.newBuilder();
        Rooms rooms = new Rooms(state.records(), state.observed(), state.settings());
        state.records().nodes().forEach(node -> view.addNodes(node(state, rooms, node)));
        state.records().actors().forEach(actor -> view.addActors(ActorViews.of(state, () -> rooms, actor, nowNanos)));
        state.records()
                .pipelines()
                .forEach(pipeline -> view.addPipelines(PipelineViews.of(state, rooms, pipeline, nowNanos)));
        state.records().worlds().forEach(world -> view.addWorlds(WorldViews.of(state, world)));
        state.records().jobs().forEach(job -> view.addJobs(job(state, job, nowNanos)));
        state.records()
                .placementGroups()
                .forEach(group -> view.addPlacementGroups(PlacementGroupViews.of(state, rooms, group)));
        return view.build();
    }

    private static JobView job(ClusterState state, JobRecord job, long nowNanos) {
        JobView.Builder view = JobView.newBuilder()
                .setJob(job.getJob())
                .setState(job.getState())
                .setActors((int) state.records().actorsOf(Scope.PLAIN).stream()
                        .filter(actor -> JobReconciler.isOwned(actor)
                                && actor.getSpec().getJob().equals(job.getJob().getId())
                                && Lives.stateOf(actor) != ActorState.DEAD)
                        .count());
        if (job.hasCause()) {
            view.setCause(job.getCause());
        } else {
            view.setLeaseLeftMillis(
                    JobReconciler.leaseLeft(state, job, nowNanos).toMillis());
            view.setUsage(state.memory().leases().usage(job.getJob().getId()));
        }
        return view.build();
    }

    private static NodeView node(ClusterState state, Rooms rooms, NodeRecord node) {
        NodeView.Builder view = NodeView.newBuilder()
                .setName(node.getNode())
                .setState(node.getState())
                .setHost(node.getHost())
                .setDrain(node.getDrain())
                .addAllLeft(LeftOnNode.of(state, rooms, node))
                .setTotal(node.getResources())
                .setUsed(rooms.used(node.getNode()))
                .putAllLabels(node.getLabelsMap())
                .setGpus(node.getGpus())
                .addAllGpusTakenMilli(node.getGpus().getGpusList().stream()
                        .map(gpu -> rooms.taken(node.getNode(), gpu.getUuid()))
                        .toList());
        state.observed().node(node.getNode()).ifPresent(seen -> view.setAgentInstance(
                        seen.hello().getAgentInstance())
                .setWorkers(running(seen.workers()))
                .setWarmWorkers(seen.report().map(NodeReport::getWarmWorkers).orElse(0))
                .setCannotLaunch(seen.cannotLaunch().orElse("")));
        return view.build();
    }

    private static int running(Collection<WorkerReport> workers) {
        return (int) workers.stream()
                .filter(worker -> switch (worker.getState()) {
                    case LAUNCHING, OPENING, OPEN, STOPPING -> true;
                    default -> false;
                })
                .count();
    }
}
