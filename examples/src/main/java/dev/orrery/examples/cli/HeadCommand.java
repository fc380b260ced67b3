package dev.orrery.examples.cli;

import dev.orrery.head.HeadConfig;
import dev.orrery.head.HeadMain;
import dev.orrery.head.HeadProcess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "head", mixinStandardHelpOptions = true, description = "Runs a head until it is told to end.")
final class HeadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        HeadProcess head = HeadMain.run(ConfigFlags.load(spec, HeadConfig.KEYS, "head.yaml"));
        Runtime.getRuntime().addShutdownHook(new Thread(head::close, "orrery-head-shutdown"));
        head.awaitClosed();
        return 0;
    }
}
