package dev.orrery.head.view;

import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.internal.proto.ClusterView;
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
        state.records().actors().forEach(actor -> view.addActors(ActorViews.of(state, rooms, actor, nowNanos)));
        state.records().pipelines().forEach(pipeline -> view.addPipelines(PipelineViews.of(state, pipeline, nowNanos)));
        state.records().worlds().forEach(world -> view.addWorlds(WorldViews.of(state, world)));
        return view.build();
    }

    private static NodeView node(ClusterState state, Rooms rooms, NodeRecord node) {
        NodeView.Builder view = NodeView.newBuilder()
                .setName(node.getNode())
                .setState(node.getState())
                .setHost(node.getHost())
                .setTotal(node.getResources())
                .setUsed(rooms.used(node.getNode()))
                .setGpus(node.getGpus())
                .addAllGpusTaken(node.getGpus().getGpusList().stream()
                        .map(gpu -> rooms.taken(node.getNode(), gpu.getUuid()))
                        .toList());
        state.observed().node(node.getNode()).ifPresent(seen -> view.setAgentInstance(
                        seen.hello().getAgentInstance())
                .setWorkers(running(seen.workers().values())));
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
