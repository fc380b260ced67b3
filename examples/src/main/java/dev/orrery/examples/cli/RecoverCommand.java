package dev.orrery.examples.cli;

import dev.orrery.head.HeadConfig;
import dev.orrery.head.HeadRecovery;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Decides what becomes of a head when ZooKeeper has lost its cluster ('store lost').",
            "First bring ZooKeeper's data back, if there is a copy: then nothing else is to be done. A leader that still runs"
                    + " writes all back by itself as soon as most of its nodes follow it.",
            "Otherwise stop the head and run this on its host, with the head's own settings. Workers of the lost cluster serve"
                    + " on until their agents are ended; agents of the lost cluster are refused by the new one, until they"
                    + " are started with an empty data directory."
        })
final class RecoverCommand implements Callable<Integer> {
    @Option(
            names = "--begin-anew",
            required = true,
            description = "Forget the lost cluster; the head's next start begins an empty one, or joins the one that"
                    + " ZooKeeper holds instead.")
    private boolean beginAnew;

    @Option(names = "--yes", description = "Do it. Without this it is only told what would be done.")
    private boolean yes;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (HeadRecovery recovery = new HeadRecovery(ConfigFlags.load(spec, HeadConfig.KEYS, "head.yaml"))) {
            recovery.start();
            String consequence = recovery.consequence();
            if (!yes || !beginAnew) {
                out.println("would be done with --yes: " + consequence);
                return 1;
            }
            recovery.beginAnew();
            out.println("done: " + consequence);
            return 0;
        }
    }
}
