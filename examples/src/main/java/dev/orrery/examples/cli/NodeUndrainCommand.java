package dev.orrery.examples.cli;

import dev.orrery.examples.cluster.ClusterObserver;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "undrain",
        mixinStandardHelpOptions = true,
        description = "Uses a node again. What has moved already stays where it is.")
final class NodeUndrainCommand implements Callable<Integer> {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    @Mixin
    private ConnectOptions connect;

    @Parameters(paramLabel = "NODE", description = "Its name, as 'orrery nodes' tells it.")
    private String node;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (ClusterObserver cluster = connect.connect()) {
            cluster.undrain(node, CALL_TIMEOUT);
        }
        spec.commandLine().getOut().println("node " + node + " is used again");
        return 0;
    }
}
