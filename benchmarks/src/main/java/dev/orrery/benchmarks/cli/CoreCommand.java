package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.core.CoreBench;
import dev.orrery.benchmarks.core.CoreReport;
import dev.orrery.benchmarks.core.CoreText;
import dev.orrery.benchmarks.process.PeerEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "core",
        mixinStandardHelpOptions = true,
        description = {
            "Measures calls by the tests of 'ray microbenchmark'.",
            "Exits 0 when all could be measured, whether or not the targets are met."
        })
final class CoreCommand implements Callable<Integer> {
    @Option(names = "--peers", description = "Run Ray's own tests in turn with these, too; see peers-install.")
    private boolean peers;

    @Option(names = "--quick", description = "A look; the figures vary more.")
    private boolean quick;

    @Option(names = "--report", paramLabel = "FILE", description = "Write every run as JSON.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<List<String>> ray = ray();
        Path folder = Files.createTempDirectory("orrery-bench-core");
        CoreReport found = CoreBench.run(quick, ray, folder, row -> {
            out.println(CoreText.of(row));
            out.flush();
        });
        if (report != null) {
            found.write(report);
        }
        return new Outcome(found.targets(), found.peers(), found.failures(), found.seconds()).end(out, folder);
    }

    private Optional<List<String>> ray() {
        if (!peers) {
            return Optional.empty();
        }
        Path home = SourceTree.home();
        if (!PeerEnvironment.CORE.isInstalled(home)) {
            throw new ParameterException(
                    spec.commandLine(), "Ray is not installed; run 'bin/orrery bench peers-install core' first");
        }
        return Optional.of(List.of(
                PeerEnvironment.CORE.python(home).toString(),
                PeerEnvironment.scripts(home).resolve("ray_bench.py").toString()));
    }
}
