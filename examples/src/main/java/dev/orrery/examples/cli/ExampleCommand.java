package dev.orrery.examples.cli;

import dev.orrery.WorkerOutput;
import dev.orrery.examples.ExampleProgram;
import dev.orrery.examples.actors.ActorExamples;
import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.tasks.TaskExamples;
import dev.orrery.examples.worlds.TwoWorlds;
import dev.orrery.examples.worlds.WorldExample;
import dev.orrery.examples.worlds.WorldExamples;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "example",
        mixinStandardHelpOptions = true,
        description = {
            "Runs an example on a local cluster: tasks, actors, or actors in two worlds, one member of which is killed.",
            "Exits 0 only if all was as it should be."
        })
final class ExampleCommand implements Callable<Integer> {
    private static final String ALL = "all";

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Which one, or 'all'; without it: lists them.")
    private String name;

    @Option(names = "--quiet", description = "Do not show, on standard error, what the workers print.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    private static List<ExampleProgram> all() {
        return Stream.of(
                        TaskExamples.ALL.stream().map(ExampleCommand::announced),
                        ActorExamples.ALL.stream().map(ExampleCommand::announced),
                        WorldExamples.ALL.stream().map(ExampleCommand::inTwoWorlds))
                .flatMap(examples -> examples)
                .toList();
    }

    private static ExampleProgram announced(ExampleProgram example) {
        return new ExampleProgram(example.name(), example.what(), (orrery, out) -> {
            out.accept(example.name() + ": " + example.what());
            example.body().run(orrery, out);
        });
    }

    private static ExampleProgram inTwoWorlds(WorldExample<?> example) {
        return new ExampleProgram(
                example.name(), example.what(), (orrery, out) -> new TwoWorlds(orrery, out).run(example));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            all().forEach(example -> out.printf("%-18s%s%n", example.name(), example.what()));
            out.flush();
            return 0;
        }
        List<ExampleProgram> chosen = all().stream()
                .filter(example -> name.equals(ALL) || example.name().equals(name))
                .toList();
        if (chosen.isEmpty()) {
            String names = all().stream().map(ExampleProgram::name).collect(Collectors.joining(", "));
            throw new ParameterException(
                    spec.commandLine(), "no example is called '" + name + "'; there are: " + names);
        }
        LocalClusterOptions.Builder options = LocalClusterOptions.builder().cpusPerNode(8);
        if (!quiet) {
            options.workerOutput(WorkerOutput.toStandardError());
        }
        try (LocalCluster cluster = LocalCluster.start(options.build())) {
            for (ExampleProgram example : chosen) {
                example.body().run(cluster.client(), line -> {
                    out.println(line);
                    out.flush();
                });
            }
        }
        return 0;
    }
}
