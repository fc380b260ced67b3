package dev.orrery.examples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code orrery node …}: what can be done with one node. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Drains a node, or takes that back.",
        subcommands = {NodeDrainCommand.class, NodeUndrainCommand.class})
final class NodeCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: drain or undrain");
    }
}
