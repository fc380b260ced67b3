package dev.orrery.examples.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How a {@link HostCluster} is made: every server, head and agent is at a host of its name.
 *
 * @param directory where data, logs and the secret lie
 * @param zooKeepers names of ZooKeeper's servers: {@code zk-1}, ...
 * @param heads {@code head-1}, ...
 * @param nodes {@code node-1}, ...
 * @param smallDisk the node whose folder is a disk of its own that can be filled, where there can be one
 * @param fakeClocks heads and nodes whose wall clock can be moved, where libfaketime is installed
 * @param headConfig keys of {@code conf/head.yaml} for the heads
 * @param agentConfig keys of {@code conf/node-agent.yaml} for the agents
 */
public record HostClusterOptions(
        Path directory,
        List<String> zooKeepers,
        List<String> heads,
        List<String> nodes,
        String smallDisk,
        List<String> fakeClocks,
        Map<String, String> headConfig,
        Map<String, String> agentConfig) {

    public HostClusterOptions {
        zooKeepers = List.copyOf(zooKeepers);
        heads = List.copyOf(heads);
        nodes = List.copyOf(nodes);
        fakeClocks = List.copyOf(fakeClocks);
        headConfig = Map.copyOf(headConfig);
        agentConfig = Map.copyOf(agentConfig);
    }

    /** {@code zk-1}, {@code zk-2}, ... */
    public static List<String> names(String kind, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> kind + "-" + i).toList();
    }
}
