package dev.orrery.examples.cli;

import dev.orrery.examples.chaos.run.ChaosLauncher;
import dev.orrery.examples.chaos.run.ChaosOptions;
import dev.orrery.examples.cluster.EndInOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Kills, stops and cuts off whatever there is of a cluster on this machine while it is used, and checks what",
            "its users saw. Exits 0 only if all held. As root, each host has a network of its own."
        })
final class ChaosCommand implements Callable<Integer> {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(90);
    private static final long SEEDS = 1_000_000;

    @Option(names = "--seed", description = "Which faults, and when (default: a random one).")
    private Long seed;

    @Option(names = "--minutes", description = "How long faults go on (default: ${DEFAULT-VALUE}).")
    private int minutes = 3;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what happened as JSON.")
    private Path report;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Keep data, logs and histories there (default: a fresh folder, removed if all held).")
    private Path directory;

    @Option(names = "--loopback", description = "All hosts on loopback, also as root; no packets are dropped then.")
    private boolean loopback;

    @Override
    public Integer call() throws Exception {
        ChaosOptions options = new ChaosOptions(
                seed != null ? seed : ThreadLocalRandom.current().nextLong(SEEDS),
                minutes,
                Optional.ofNullable(report),
                Optional.ofNullable(directory),
                loopback);
        return EndInOrder.run(STOP_PATIENCE, () -> new ChaosLauncher(options, System.out).run());
    }
}
