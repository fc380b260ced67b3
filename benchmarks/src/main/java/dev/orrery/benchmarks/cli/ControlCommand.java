package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.control.ControlBench;
import dev.orrery.benchmarks.control.ControlReport;
import dev.orrery.benchmarks.control.Scale;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description = {
            "Measures heads under many simulated node agents: at a tenth of the size, then at the whole.",
            "Exits 0 when all could be measured, whether or not the targets are met."
        })
final class ControlCommand implements Callable<Integer> {
    @Option(names = "--nodes", description = "Default: ${DEFAULT-VALUE}.")
    private int nodes = 1_000;

    @Option(names = "--actors", description = "Default: ${DEFAULT-VALUE}; a multiple of 10.")
    private int actors = 10_000;

    @Option(names = "--worlds", description = "Default: ${DEFAULT-VALUE}; twice as many as actors.")
    private int worlds = 20_000;

    @Option(names = "--quick", description = "Only at a tenth of the size.")
    private boolean quick;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what was found as JSON.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Scale scale = scale();
        Path folder = Files.createTempDirectory("orrery-bench-control");
        PrintWriter out = spec.commandLine().getOut();
        ControlReport found = new ControlBench(
                        quick ? List.of(scale.tenth()) : List.of(scale.tenth(), scale),
                        Duration.ofSeconds(quick ? 10 : 30),
                        folder,
                        line -> {
                            out.println("-- " + line);
                            out.flush();
                        })
                .run();
        if (report != null) {
            found.write(report);
        }
        return new Outcome(found.targets(), Map.of(), found.failures(), found.seconds()).end(out, folder);
    }

    private Scale scale() {
        try {
            return new Scale(nodes, actors, worlds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
