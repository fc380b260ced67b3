package dev.orrery.head;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.control.ControlOptions;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.zookeeper.ZooKeeperSettings;
import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.config.ConfigKey;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The settings of a head. */
public final class HeadConfig {
    public static final ConfigKey<Path> SECRET_FILE = ConfigKey.path(
            "cluster.secret-file",
            "",
            "File with the cluster's secret, the same on every host (mode 600); made when it is not there. Required.");
    public static final ConfigKey<String> NAME = ConfigKey.string(
            "head.name", "", "Name of this head, unique among the heads; default: the address that it advertises.");
    public static final ConfigKey<HostPort> BIND =
            ConfigKey.hostPort("head.bind", "127.0.0.1:6400", "Where the head listens for drivers and agents.");
    public static final ConfigKey<HostPort> ADVERTISE = ConfigKey.hostPort(
            "head.advertise", "", "Where drivers, agents and other heads reach it; default: head.bind.");
    public static final ConfigKey<Path> DATA_DIR = ConfigKey.path(
            "head.data-dir", "orrery-head", "Folder of this head alone: the identity of its cluster, and artifacts.");
    public static final ConfigKey<Path> ARTIFACT_DIR = ConfigKey.path(
            "head.artifact-dir",
            "",
            "Folder of users' jars; heads may share one, and a head that takes over has only what is in its own; "
                    + "default: artifacts in head.data-dir.");
    public static final ConfigKey<Long> ARTIFACT_LIMIT =
            ConfigKey.bytes("head.artifact-limit", "1GiB", "Size of the largest jar that is taken.");
    public static final ConfigKey<String> ZOOKEEPER_CONNECT = ConfigKey.string(
            "zookeeper.connect", "127.0.0.1:2181", "ZooKeeper's servers: host:port, or several with commas.");
    public static final ConfigKey<Duration> ZOOKEEPER_SESSION_TIMEOUT = ConfigKey.duration(
            "zookeeper.session-timeout",
            "4s",
            "Silence after which ZooKeeper lets another head lead; 6s where ZooKeeper is one server.");
    public static final ConfigKey<Duration> ZOOKEEPER_CONNECT_TIMEOUT = ConfigKey.duration(
            "zookeeper.connect-timeout", "15s", "How long a starting head waits for ZooKeeper before it ends.");
    public static final ConfigKey<Duration> ZOOKEEPER_OPERATION_TIMEOUT = ConfigKey.duration(
            "zookeeper.operation-timeout", "10s", "How long a commit, or loading everything, may take.");
    public static final ConfigKey<Duration> SUSPECT_AFTER = ConfigKey.duration(
            "node.suspect-after", "2s", "Silence of a node after which nothing new is placed there.");
    public static final ConfigKey<Duration> DEAD_AFTER = ConfigKey.duration(
            "node.dead-after",
            "30s",
            "Silence of a node after which its workers are replaced; longer than its agent's restart.");
    public static final ConfigKey<Duration> WORLD_FORMING_TIMEOUT = ConfigKey.duration(
            "world.host-forming-timeout", "5s", "For the members of a world of HOST to find each other.");
    public static final ConfigKey<Duration> WORLD_NCCL_FORMING_TIMEOUT = ConfigKey.duration(
            "world.nccl-forming-timeout", "30s", "For the members of a world of NCCL to find each other.");

    public static final ConfigKey<Duration> EXCLUSIVE_LEASE = ConfigKey.duration(
            "exclusive.lease",
            "15s",
            "How long a worker may run calls of an exclusive actor after it asked; such actors pause when no leader "
                    + "can renew it for so long.");
    public static final ConfigKey<Duration> JOB_LEASE = ConfigKey.duration(
            "job.lease",
            "30s",
            "Silence of a driver after which its job ends and the actors that it owns are killed; 1s or more.");

    public static final ConfigKey<Long> CHECKPOINT_LIMIT = ConfigKey.bytes(
            "checkpoint.limit",
            "64MiB",
            "What the states that actors save may have together; each head, and ZooKeeper, holds all of them in memory.");

    public static final List<ConfigKey<?>> KEYS = List.of(
            ClusterConfig.NAME,
            SECRET_FILE,
            NAME,
            BIND,
            ADVERTISE,
            DATA_DIR,
            ARTIFACT_DIR,
            ARTIFACT_LIMIT,
            ZOOKEEPER_CONNECT,
            ZOOKEEPER_SESSION_TIMEOUT,
            ZOOKEEPER_CONNECT_TIMEOUT,
            ZOOKEEPER_OPERATION_TIMEOUT,
            SUSPECT_AFTER,
            DEAD_AFTER,
            WORLD_FORMING_TIMEOUT,
            WORLD_NCCL_FORMING_TIMEOUT,
            EXCLUSIVE_LEASE,
            JOB_LEASE,
            CHECKPOINT_LIMIT);

    private static final Duration SHORTEST_JOB_LEASE = Duration.ofSeconds(1);

    private HeadConfig() {}

    static Path artifactDir(Config config) {
        return config.find(ARTIFACT_DIR).orElseGet(() -> config.get(DATA_DIR).resolve("artifacts"));
    }

    static ZooKeeperSettings zooKeeper(Config config) {
        return new ZooKeeperSettings(
                config.get(ZOOKEEPER_CONNECT),
                config.get(ZOOKEEPER_SESSION_TIMEOUT),
                config.get(ZOOKEEPER_CONNECT_TIMEOUT),
                config.get(ZOOKEEPER_OPERATION_TIMEOUT));
    }

    /** Throws INVALID_CONFIG. */
    static ControlOptions control(Config config) {
        Duration lease = config.get(JOB_LEASE);
        if (lease.compareTo(SHORTEST_JOB_LEASE) < 0) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    JOB_LEASE.name() + " must be 1s or more, not " + lease.toMillis()
                            + "ms: drivers could not renew it in time");
        }
        return ControlOptions.of(Settings.of(
                        config.get(SUSPECT_AFTER),
                        config.get(DEAD_AFTER),
                        config.get(WORLD_FORMING_TIMEOUT),
                        config.get(WORLD_NCCL_FORMING_TIMEOUT))
                .withExclusiveLease(config.get(EXCLUSIVE_LEASE))
                .withJobLease(lease)
                .withCheckpointBytes(config.get(CHECKPOINT_LIMIT)));
    }
}
