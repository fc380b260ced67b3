package dev.orrery.examples.cli;

import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a cluster on this machine until Ctrl-C: ZooKeeper, a head and node agents.",
            "Its state stays in the folder: pipelines come back at the next start."
        })
final class UpCommand implements Callable<Integer> {
    @Option(names = "--cluster", description = "Name; its folder is ~/.orrery/<name> (default: ${DEFAULT-VALUE}).")
    private String cluster = "orrery";

    @Option(names = "--dir", paramLabel = "DIR", description = "Folder for data, logs and the secret.")
    private Path directory;

    @Option(names = "--port", description = "Port of the head (default: ${DEFAULT-VALUE}).")
    private int port = 6400;

    @Option(names = "--nodes", description = "How many node agents (default: ${DEFAULT-VALUE}).")
    private int nodes = 2;

    @Option(names = "--cpus", description = "CPUs that each node offers (default: those of this machine).")
    private double cpus = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--gpus",
            description =
                    "GPU slots without a GPU that each node offers; default: the first node offers this machine's GPUs.")
    private Integer gpus;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Path folder = directory != null ? directory : Path.of(System.getProperty("user.home"), ".orrery", cluster);
        LocalClusterOptions options = LocalClusterOptions.builder()
                .directory(folder)
                .headPort(port)
                .cpusPerNode(cpus)
                .gpusPerNode(gpus == null ? 0 : gpus)
                .discoverGpus(gpus == null)
                .supervised(true)
                .nodes(IntStream.rangeClosed(1, nodes)
                        .mapToObj(i -> "node-" + i)
                        .toArray(String[]::new))
                .build();
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitClose(stopped, closed), "orrery-up-stop"));
        try (LocalCluster running = LocalCluster.start(options)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("Connect to " + running.address());
            out.println("with the secret in " + running.secretFile());
            out.println("Logs lie in " + running.directory().resolve("logs") + ". Ctrl-C stops everything.");
            out.flush();
            stopped.await();
        } finally {
            closed.countDown();
        }
        return 0;
    }

    private static void awaitClose(CountDownLatch stopped, CountDownLatch closed) {
        stopped.countDown();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
