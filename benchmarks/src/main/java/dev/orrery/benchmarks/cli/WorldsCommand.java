package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.process.PeerLibraries;
import dev.orrery.benchmarks.report.BenchReport;
import dev.orrery.benchmarks.scenario.RunPlan;
import dev.orrery.benchmarks.scenario.WorldsBench;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "worlds",
        mixinStandardHelpOptions = true,
        description = {
            "Measures worlds beside the bare media, and beside each other.",
            "Exits 0 when all could be measured, whether or not the targets are met."
        })
final class WorldsCommand implements Callable<Integer> {
    @Option(
            names = "--peers",
            description = "Measure torch.distributed with Gloo, and MultiWorld, too; see peers-install.")
    private boolean peers;

    @Option(names = "--quick", description = "A look of a minute or two; the figures vary more.")
    private boolean quick;

    @Option(names = "--report", paramLabel = "FILE", description = "Write every run as JSON.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = SourceTree.home();
        Path logs = Files.createTempDirectory("orrery-bench");
        PrintWriter out = spec.commandLine().getOut();
        WorldsBench.Options options = new WorldsBench.Options(
                quick ? RunPlan.quick() : RunPlan.complete(), quick, libraries(home, logs), logs);
        BenchReport found = new WorldsBench(options, new ConsoleProgress(out)).run();
        if (report != null) {
            found.write(report);
        }
        return new Outcome(found.targets(), found.peers(), found.failures(), found.seconds()).end(out, logs);
    }

    private Optional<PeerLibraries> libraries(Path home, Path logs) {
        if (!peers) {
            return Optional.empty();
        }
        PeerLibraries libraries = new PeerLibraries(home, logs);
        if (!libraries.areInstalled()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the peers are not installed; run 'bin/orrery bench peers-install worlds' first");
        }
        return Optional.of(libraries);
    }
}
