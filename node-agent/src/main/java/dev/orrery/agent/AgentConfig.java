package dev.orrery.agent;

import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.config.ConfigKey;
import dev.orrery.internal.config.ConfigKey.Range;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The settings of a node agent. */
public final class AgentConfig {
    public static final ConfigKey<Path> SECRET_FILE = ConfigKey.path(
            "cluster.secret-file", "", "File with the cluster's secret, the same on every host. Required.");
    public static final ConfigKey<String> NAME =
            ConfigKey.string("agent.name", "", "Name of this node, unique in the cluster; default: the host's name.");
    public static final ConfigKey<List<HostPort>> HEADS =
            ConfigKey.hostPorts("agent.heads", "127.0.0.1:6400", "Addresses of the heads; any of them may lead.");
    public static final ConfigKey<HostPort> BIND = ConfigKey.hostPort(
            "agent.bind",
            "127.0.0.1:0",
            "Where the agent listens for its workers; the workers' own ports listen on the same host address.");
    public static final ConfigKey<String> HOST = ConfigKey.string(
            "agent.host",
            "",
            "Host name or address that other nodes reach this node's workers by; default: the host of agent.bind.");
    public static final ConfigKey<Path> DATA_DIR = ConfigKey.path(
            "agent.data-dir", "orrery-node", "Folder of this node: its desired set, artifacts and workers.");
    public static final ConfigKey<Double> CPUS =
            ConfigKey.decimal("agent.cpus", "", "Processors to offer, e.g. 3.5; default: all of the host.");
    public static final ConfigKey<Integer> GPUS = ConfigKey.integer(
            "agent.gpus",
            new Range(0, 1_024),
            "How many GPUs to offer, at most; default: all that are found. Where none is found, so many slots are offered"
                    + " without one, whose workers are not told which to use.");
    public static final ConfigKey<Long> MEMORY = ConfigKey.bytes(
            "agent.memory",
            "",
            "Memory to offer to actors and tasks that say how much they need, which is counted only; default: all of the host.");
    public static final ConfigKey<Map<String, Long>> RESOURCES = NodeOffer.resources(
            "agent.resources",
            "Resources of this node beside CPUs, GPUs and memory, counted by name, e.g. tpu=4,license=1.");
    public static final ConfigKey<Map<String, String>> LABELS = NodeOffer.labels(
            "agent.labels", "Labels of this node, which actors and tasks may ask for, e.g. zone=a,disk=ssd.");
    public static final ConfigKey<Duration> HEARTBEAT =
            ConfigKey.duration("agent.heartbeat", "500ms", "How often the agent reports when nothing has changed.");
    public static final ConfigKey<List<String>> WORKER_JAVA_OPTIONS = ConfigKey.words(
            "agent.worker-java-options",
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:+ExitOnOutOfMemoryError",
            "Options of the JVMs of workers.");
    public static final ConfigKey<String> WORKER_CLASS_PATH =
            ConfigKey.string("agent.worker-class-path", "", "Class path of workers; default: the agent's own.");
    public static final ConfigKey<Integer> WARM_WORKERS = ConfigKey.integer(
            "agent.warm-workers",
            1,
            new Range(0, 64),
            "How many JVMs wait on this node for an actor without GPUs, so that a replacement serves again at once; each"
                    + " takes some 80 MB. 0: every worker is started when it is needed.");
    public static final ConfigKey<Boolean> CLASS_ARCHIVE = ConfigKey.bool(
            "agent.class-archive",
            true,
            "Whether the agent makes, once and in the background, a class data sharing archive of some 40 MB in its folder, with"
                    + " which workers start faster. Needs a class path of jars only.");
    public static final ConfigKey<Long> WORKER_LOG_LIMIT = ConfigKey.bytes(
            "agent.worker-log-limit",
            "16MiB",
            "Size at which a worker's output.log is moved to output.log.1, replacing the one before.");
    public static final ConfigKey<Duration> STOP_TIMEOUT = ConfigKey.duration(
            "agent.stop-timeout", "10s", "From asking a worker to stop to SIGKILL; SIGTERM comes halfway.");
    public static final ConfigKey<Duration> GRACE_PERIOD = ConfigKey.duration(
            "agent.grace-period", "10m", "How long a worker that nothing uses waits for its agent to come back.");
    public static final ConfigKey<Boolean> STOP_WORKERS_ON_EXIT = ConfigKey.bool(
            "agent.stop-workers-on-exit",
            false,
            "Whether the workers are stopped when the agent is; otherwise they serve on, and the next agent adopts them.");

    private static final List<ConfigKey<?>> OWN_KEYS = List.of(
            ClusterConfig.NAME,
            SECRET_FILE,
            NAME,
            HEADS,
            BIND,
            HOST,
            DATA_DIR,
            CPUS,
            GPUS,
            MEMORY,
            RESOURCES,
            LABELS,
            HEARTBEAT,
            WORKER_JAVA_OPTIONS,
            WORKER_CLASS_PATH,
            WARM_WORKERS,
            CLASS_ARCHIVE,
            WORKER_LOG_LIMIT,
            STOP_TIMEOUT,
            GRACE_PERIOD,
            STOP_WORKERS_ON_EXIT);

    public static final List<ConfigKey<?>> KEYS = Stream.of(OWN_KEYS, GpuConfig.KEYS, WorldsConfig.KEYS)
            .flatMap(List::stream)
            .toList();

    /** Shorter names of flags on a command line, by key. */
    public static final Map<String, String> SHORT_FLAGS = GpuConfig.SHORT_FLAGS;

    private static final int MILLI = 1_000;

    private AgentConfig() {}

    static long milliCpus(Config config) {
        double cpus = config.find(CPUS).orElse((double) Runtime.getRuntime().availableProcessors());
        return Math.round(cpus * MILLI);
    }

    static long memoryBytes(Config config) {
        return config.find(MEMORY).orElseGet(NodeOffer::hostMemory);
    }

    /** In thousandths. */
    static Map<String, Long> resources(Config config) {
        return config.find(RESOURCES).orElse(Map.of());
    }

    static Map<String, String> labels(Config config) {
        return config.find(LABELS).orElse(Map.of());
    }
}
