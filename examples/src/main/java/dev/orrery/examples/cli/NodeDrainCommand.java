package dev.orrery.examples.cli;

import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description =
                "Empties a node: what runs there is replaced elsewhere first. 'orrery node undrain' takes it back.")
final class NodeDrainCommand implements Callable<Integer> {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 200;

    @Mixin
    private ConnectOptions connect;

    @Parameters(paramLabel = "NODE", description = "Its name, as 'orrery nodes' tells it.")
    private String node;

    @Option(names = "--wait", description = "Return when nothing runs there any more, and tell what is left meanwhile.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "With --wait: exit with 1, and the drain going on, after so long (default: 600).",
            defaultValue = "600")
    private long timeoutSeconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try (ClusterObserver cluster = connect.connect()) {
            cluster.drain(node, CALL_TIMEOUT);
            out.println("node " + node + " is being drained");
            out.flush();
            return wait ? await(cluster, out) : 0;
        }
    }

    private int await(ClusterObserver cluster, PrintWriter out) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        List<String> told = List.of();
        while (true) {
            NodeView view = find(cluster.cluster(CALL_TIMEOUT));
            if (!view.getDrain()) {
                out.println("node " + node + " is used again: somebody took the drain back");
                return 1;
            }
            if (!view.getState().equals("DRAINING")) {
                out.println("node " + node + " is " + view.getState());
                return 0;
            }
            List<String> left = NodesCommand.left(view);
            if (!left.equals(told)) {
                left.forEach(line -> out.println("  " + line));
                out.flush();
                told = left;
            }
            if (System.nanoTime() > end) {
                out.printf("node %s is still DRAINING after %d s%n", node, timeoutSeconds);
                return 1;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private NodeView find(ClusterView cluster) {
        return cluster.getNodesList().stream()
                .filter(candidate -> candidate.getName().equals(node))
                .findFirst()
                .orElse(NodeView.getDefaultInstance());
    }
}
