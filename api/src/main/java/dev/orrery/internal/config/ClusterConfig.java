package dev.orrery.internal.config;

/** The settings that every process of a cluster has. */
public final class ClusterConfig {
    public static final ConfigKey<String> NAME =
            ConfigKey.string("cluster.name", "orrery", "Name of the cluster; peers of another are refused.");

    private ClusterConfig() {}
}
