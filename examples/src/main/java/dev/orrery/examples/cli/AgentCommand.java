package dev.orrery.examples.cli;

import dev.orrery.agent.AgentConfig;
import dev.orrery.agent.AgentMain;
import dev.orrery.agent.AgentProcess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "agent", mixinStandardHelpOptions = true, description = "Runs a node agent until it is told to end.")
final class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        AgentProcess agent = AgentMain.run(ConfigFlags.load(spec, AgentConfig.KEYS, "node-agent.yaml"));
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "orrery-agent-shutdown"));
        agent.awaitClosed();
        return 0;
    }
}
