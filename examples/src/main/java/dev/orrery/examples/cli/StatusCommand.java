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
        long restarted = view.getActorsList().stream()
                .filter(actor -> actor.getLife().getIncarnation() > 1)
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
                .with("actors_restarted", restarted)
                .with("jobs_running", running(view) + "/" + view.getJobsCount())
                .with("pipelines_running", running + "/" + view.getPipelinesCount())
                .with("worlds_ready", ready + "/" + view.getWorldsCount())
                .with("trouble", alive == 0 ? "no node is ALIVE" : ""));
    }

    private static long running(ClusterView view) {
        return view.getJobsList().stream()
                .filter(job -> job.getState().equals("RUNNING"))
                .count();
    }
}
