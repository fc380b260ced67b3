package dev.orrery.examples.cli;

import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.worlds.TwoWorlds;
import dev.orrery.examples.worlds.WorldExample;
import dev.orrery.examples.worlds.WorldExamples;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "example",
        mixinStandardHelpOptions = true,
        description = {
            "Runs an example on a local cluster: actors in two worlds, one member of which is killed.",
            "Exits 0 only if the other world did not notice."
        })
final class ExampleCommand implements Callable<Integer> {
    private static final String ALL = "all";

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Which one, or 'all'; without it: lists them.")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            WorldExamples.ALL.forEach(example -> out.printf("%-18s%s%n", example.name(), example.what()));
            out.flush();
            return 0;
        }
        List<WorldExample<?>> chosen = WorldExamples.ALL.stream()
                .filter(example -> name.equals(ALL) || example.name().equals(name))
                .toList();
        if (chosen.isEmpty()) {
            String names = WorldExamples.ALL.stream().map(WorldExample::name).collect(Collectors.joining(", "));
            throw new ParameterException(
                    spec.commandLine(), "no example is called '" + name + "'; there are: " + names);
        }
        try (LocalCluster cluster =
                LocalCluster.start(LocalClusterOptions.builder().cpusPerNode(8).build())) {
            for (WorldExample<?> example : chosen) {
                new TwoWorlds(cluster.client(), line -> {
                            out.println(line);
                            out.flush();
                        })
                        .run(example);
            }
        }
        return 0;
    }
}
