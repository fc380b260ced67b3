package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.load.ChaosPipelines;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.GatewayView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.proto.WorldView;
import java.util.ArrayList;
import java.util.List;

/** How a cluster is to be while nothing happens to it. Pure. */
record DesiredState(List<String> nodes, List<String> counters) {
    private static final String ALIVE = "ALIVE";
    private static final String DEAD = "DEAD";
    private static final int EDGES = ChaosPipelines.NAMES.size()
            * (2 * ChaosPipelines.REPLICAS
                    + (ChaosPipelines.STAGES.size() - 1) * ChaosPipelines.REPLICAS * ChaosPipelines.REPLICAS);

    DesiredState {
        nodes = List.copyOf(nodes);
        counters = List.copyOf(counters);
    }

    /** What is other than it should be, in words. */
    List<String> missing(ClusterView view) {
        List<String> missing = new ArrayList<>();
        for (String node : nodes) {
            String state = view.getNodesList().stream()
                    .filter(it -> it.getName().equals(node))
                    .map(NodeView::getState)
                    .findFirst()
                    .orElse("unknown");
            expect(missing, state.equals(ALIVE), node + " is " + state);
        }
        ChaosPipelines.NAMES.forEach(name -> pipeline(missing, ClusterObserver.pipelineIn(view, name), name));
        for (String counter : counters) {
            long alive = view.getActorsList().stream()
                    .filter(actor ->
                            actor.getName().equals(counter) && actor.getState().equals(ALIVE))
                    .count();
            expect(missing, alive == 1, counter + " is alive " + alive + " times");
        }
        for (ActorView actor : view.getActorsList()) {
            boolean settled = actor.getState().equals(ALIVE) ? actor.getPid() > 0 : isOver(actor);
            expect(missing, settled, "actor " + actor.getLabel() + " is " + actor.getState());
        }
        worlds(missing, view);
        return missing;
    }

    /** Records of plain actors that died stay for a while. */
    private static boolean isOver(ActorView actor) {
        return actor.getState().equals(DEAD) && actor.getPid() == 0;
    }

    private static void pipeline(List<String> missing, PipelineView pipeline, String name) {
        expect(missing, pipeline.getState().equals("RUNNING"), name + " is " + pipeline.getState());
        boolean gateway =
                pipeline.getGatewaysList().stream().map(GatewayView::getState).anyMatch(ALIVE::equals);
        expect(missing, gateway, name + " has no gateway");
        for (StageView stage : pipeline.getStagesList()) {
            boolean complete = stage.getWanted() == ChaosPipelines.REPLICAS
                    && stage.getServing() == ChaosPipelines.REPLICAS
                    && stage.getReplicasCount() == ChaosPipelines.REPLICAS;
            expect(
                    missing,
                    complete,
                    name + "/" + stage.getName() + " serves with " + stage.getServing() + " of "
                            + stage.getReplicasCount() + ", wanted " + stage.getWanted());
        }
    }

    private static void worlds(List<String> missing, ClusterView view) {
        long ready = view.getWorldsList().stream()
                .filter(world -> world.getState().equals("READY"))
                .count();
        long others = view.getWorldsCount() - ready;
        expect(missing, ready == EDGES, ready + " worlds are READY, not " + EDGES);
        expect(
                missing,
                others == 0,
                "worlds are "
                        + view.getWorldsList().stream()
                                .map(WorldView::getState)
                                .filter(state -> !state.equals("READY"))
                                .toList());
    }

    private static void expect(List<String> missing, boolean holds, String otherwise) {
        if (!holds) {
            missing.add(otherwise);
        }
    }
}
