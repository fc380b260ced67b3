package dev.orrery.agent;

import dev.orrery.agent.gpu.GpuProbe;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code AgentMain [--config FILE] [--key=value …]}: runs a node agent until it is told to end. */
public final class AgentMain {
    private static final String USAGE = "AgentMain [--config FILE] [--agent.key=value …]";
    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        main(arguments, Mains.USUAL);
    }

    /** The classes that the agent's processes run. */
    record Mains(String worker, String gpuProbe) {
        static final Mains USUAL = new Mains("dev.orrery.worker.WorkerMain", GpuProbe.MAIN);
    }

    static void main(String[] arguments, Mains mains) throws InterruptedException {
        AgentProcess agent;
        try {
            agent = run(config(arguments), mains);
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
        return run(config, Mains.USUAL);
    }

    static AgentProcess run(Config config, Mains mains) {
        AgentProcess agent = new AgentProcess(config, mains);
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
        return Config.ofArguments(
                AgentConfig.KEYS,
                Arrays.stream(arguments).map(AgentMain::inFull).toList(),
                USAGE);
    }

    private static String inFull(String argument) {
        for (Map.Entry<String, String> flag : AgentConfig.SHORT_FLAGS.entrySet()) {
            String shorter = "--" + flag.getValue();
            if (argument.equals(shorter) || argument.startsWith(shorter + "=")) {
                return "--" + flag.getKey() + argument.substring(shorter.length());
            }
        }
        return argument;
    }
}
