package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "status", mixinStandardHelpOptions = true, description = "Tells how the cluster is, in one row.")
final class StatusCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        long alive = view.getNodesList().stream()
                .filter(node -> node.getState().equals("ALIVE"))
                .count();
        long running = view.getPipelinesList().stream()
                .filter(pipeline -> pipeline.getState().equals("RUNNING"))
                .count();
        long ready = view.getWorldsList().stream()
                .filter(world -> world.getState().equals("READY"))
                .count();
        return List.of(new Row()
                .with("cluster", view.getCluster())
                .with("epoch", view.getEpoch())
                .with("leader", view.getLeader())
                .with(
                        "address",
                        view.getLeaderAddress().getHost() + ":"
                                + view.getLeaderAddress().getPort())
                .with("nodes_alive", alive + "/" + view.getNodesCount())
                .with("actors", view.getActorsCount())
                .with("pipelines_running", running + "/" + view.getPipelinesCount())
                .with("worlds_ready", ready + "/" + view.getWorldsCount()));
    }
}
