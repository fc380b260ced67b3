package dev.orrery.agent;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code AgentMain [--config FILE] [--key=value …]}: runs a node agent until it is told to end. */
public final class AgentMain {
    private static final String USAGE = "AgentMain [--config FILE] [--agent.key=value …]";
    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);
    static final String WORKER_MAIN = "dev.orrery.worker.WorkerMain";

    private AgentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        main(arguments, WORKER_MAIN);
    }

    static void main(String[] arguments, String workerMain) throws InterruptedException {
        AgentProcess agent;
        try {
            agent = run(config(arguments), workerMain);
        } catch (OrreryException e) {
            System.err.println("orrery agent: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "orrery-agent-shutdown"));
        agent.awaitClosed();
    }

    /** Starts an agent in this process. Close it. */
    public static AgentProcess run(Config config) {
        return run(config, WORKER_MAIN);
    }

    static AgentProcess run(Config config, String workerMain) {
        AgentProcess agent = new AgentProcess(config, workerMain);
        try {
            agent.start();
            return agent;
        } catch (IOException e) {
            close(agent, e);
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot start: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            close(agent, e);
            throw e;
        }
    }

    private static void close(AgentProcess agent, Exception reason) {
        try {
            agent.close();
        } catch (RuntimeException e) {
            LOG.debug("after a failed start", e);
            reason.addSuppressed(e);
        }
    }

    /** Flags, then the environment, then the file. */
    static Config config(String[] arguments) {
        return Config.ofArguments(AgentConfig.KEYS, List.of(arguments), USAGE);
    }
}
