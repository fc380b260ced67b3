package dev.orrery.examples.cli;

import dev.orrery.agent.AgentConfig;
import dev.orrery.error.OrreryException;
import dev.orrery.head.HeadConfig;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/orrery}: exits 0 when done, 1 when something failed, 2 when it was called wrongly. */
@Command(
        name = "orrery",
        mixinStandardHelpOptions = true,
        version = "Orrery 0.1.0",
        description = "Distributed tasks and elastic pipelines on the JVM.",
        footer = "%nBenchmarks: orrery bench --help%nGPUs of this host: orrery gpu-check --help",
        subcommands = {
            HeadCommand.class,
            AgentCommand.class,
            UpCommand.class,
            DemoCommand.class,
            ChaosCommand.class,
            ExampleCommand.class,
            StatusCommand.class,
            PipelinesCommand.class,
            NodesCommand.class,
            NodeCommand.class,
            RecoverCommand.class,
            ActorsCommand.class,
            LogsCommand.class,
            JobsCommand.class,
            TasksCommand.class,
            ObjectsCommand.class,
            PlacementGroupsCommand.class,
            WorldsCommand.class
        })
public final class OrreryMain implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which command");
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new OrreryMain()).setCaseInsensitiveEnumValuesAllowed(true);
        ConfigFlags.addTo(line.getSubcommands().get("head").getCommandSpec(), HeadConfig.KEYS, Map.of());
        ConfigFlags.addTo(line.getSubcommands().get("recover").getCommandSpec(), HeadConfig.KEYS, Map.of());
        ConfigFlags.addTo(
                line.getSubcommands().get("agent").getCommandSpec(), AgentConfig.KEYS, AgentConfig.SHORT_FLAGS);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("orrery " + command.getCommandName() + ": " + message(failure));
            if (!(failure instanceof OrreryException)) {
                failure.printStackTrace(command.getErr());
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    private static String message(Exception failure) {
        return failure instanceof OrreryException known ? known.code() + ": " + known.getMessage() : failure.toString();
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
