package dev.orrery.agent;

import dev.orrery.agent.gpu.GpuSettings;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.process.WorkerLauncher;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The settings of a node agent, checked and with their defaults. The names are those of {@link AgentConfig}. */
record AgentSettings(
        String cluster,
        Path secretFile,
        String name,
        List<HostPort> heads,
        HostPort bind,
        String host,
        Path dataDir,
        long milliCpus,
        long memoryBytes,
        Map<String, Long> milliResources,
        Map<String, String> labels,
        Duration heartbeat,
        List<String> workerJavaOptions,
        String workerClassPath,
        int warmWorkers,
        boolean classArchive,
        long workerLogLimit,
        Duration stopTimeout,
        Duration gracePeriod,
        boolean stopWorkersOnExit,
        HostOptions worlds,
        GpuSettings gpu) {

    static AgentSettings of(Config config) {
        HostPort bind = config.get(AgentConfig.BIND);
        return new AgentSettings(
                config.get(ClusterConfig.NAME),
                config.get(AgentConfig.SECRET_FILE).toAbsolutePath(),
                config.find(AgentConfig.NAME).orElseGet(AgentSettings::hostName),
                config.get(AgentConfig.HEADS),
                bind,
                config.find(AgentConfig.HOST).orElse(bind.host()),
                config.get(AgentConfig.DATA_DIR),
                AgentConfig.milliCpus(config),
                AgentConfig.memoryBytes(config),
                AgentConfig.resources(config),
                AgentConfig.labels(config),
                config.get(AgentConfig.HEARTBEAT),
                config.find(AgentConfig.WORKER_JAVA_OPTIONS).orElse(List.of()),
                WorkerLauncher.absolute(config.find(AgentConfig.WORKER_CLASS_PATH)
                        .orElseGet(() -> System.getProperty("java.class.path"))),
                config.get(AgentConfig.WARM_WORKERS),
                config.get(AgentConfig.CLASS_ARCHIVE),
                config.get(AgentConfig.WORKER_LOG_LIMIT),
                config.get(AgentConfig.STOP_TIMEOUT),
                config.get(AgentConfig.GRACE_PERIOD),
                config.get(AgentConfig.STOP_WORKERS_ON_EXIT),
                WorldsConfig.hostOptions(config),
                GpuConfig.settings(config));
    }

    /**
     * What a worker has to know.
     *
     * @param worker of no life for a process that waits for one
     * @param address file with the agent's own
     */
    LaunchSpec launch(DesiredWorker worker, String nonce, WorkerFolder folder, Path address, List<Path> artifacts) {
        return new LaunchSpec(
                nonce,
                worker.getLife(),
                worker.getLabel(),
                name,
                host,
                bind.host(),
                cluster,
                secretFile,
                address,
                folder.root(),
                gracePeriod,
                worlds,
                new GpuLaunch(gpu.cudaLib(), gpu.ncclLib(), worker.getGpusList()),
                artifacts);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG, "this host has no name; set " + AgentConfig.NAME.name(), e);
        }
    }
}
