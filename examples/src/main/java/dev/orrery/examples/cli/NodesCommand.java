package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "nodes", mixinStandardHelpOptions = true, description = "Lists the nodes and their resources.")
final class NodesCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getNodesList().stream()
                .map(node -> new Row()
                        .with("node", node.getName())
                        .with("state", node.getState())
                        .with("host", node.getHost())
                        .with("cpus", node.getTotal().getMilliCpus() / 1000.0)
                        .with("cpus_used", node.getUsed().getMilliCpus() / 1000.0)
                        .with("gpus", node.getTotal().getGpus())
                        .with("gpus_used", node.getUsed().getGpus())
                        .with("workers", node.getWorkers()))
                .toList();
    }
}
