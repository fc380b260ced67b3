package dev.orrery.benchmarks.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/orrery bench}: exits 0 when done, 1 when something failed, 2 when it was called wrongly. */
@Command(
        name = "orrery bench",
        mixinStandardHelpOptions = true,
        description = "Measures worlds, calls, and the control plane.",
        subcommands = {
            WorldsCommand.class,
            CoreCommand.class,
            ControlCommand.class,
            ReportCommand.class,
            PeersInstallCommand.class
        })
public final class BenchMain implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which benchmark");
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}
