package dev.orrery.examples.cluster;

import dev.orrery.WorkerOutput;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a {@link LocalCluster} is made.
 *
 * @param directory where data, logs and the secret lie; empty: a fresh folder that goes when the cluster is closed
 * @param nodes names of the node agents to run
 * @param cpusPerNode CPUs that each node offers to placement
 * @param gpusPerNode GPU slots, without a GPU behind them, that each node offers
 * @param discoverGpus whether the first node offers the GPUs of this machine
 * @param visibleGpus by node, which of this machine's GPUs it offers, as {@code CUDA_VISIBLE_DEVICES} says it
 * @param headPort port of the first head; 0: any free one
 * @param supervised whether heads and agents are started again when they end; ZooKeeper always is
 * @param startTimeout until the head leads and all nodes are ALIVE
 * @param headConfig keys of {@code conf/head.yaml} for the heads
 * @param agentConfig keys of {@code conf/node-agent.yaml} for the agents
 * @param workerOutput where the cluster's own client shows what its workers print; empty: nowhere
 * @param nodeConfig by node, such keys for its agent alone; they win over {@code agentConfig}
 */
public record LocalClusterOptions(
        Optional<Path> directory,
        List<String> nodes,
        double cpusPerNode,
        int gpusPerNode,
        boolean discoverGpus,
        Map<String, String> visibleGpus,
        int headPort,
        boolean supervised,
        Duration startTimeout,
        Map<String, String> headConfig,
        Map<String, String> agentConfig,
        Optional<WorkerOutput> workerOutput,
        Map<String, Map<String, String>> nodeConfig) {

    public LocalClusterOptions {
        nodes = List.copyOf(nodes);
        visibleGpus = Map.copyOf(visibleGpus);
        headConfig = Map.copyOf(headConfig);
        agentConfig = Map.copyOf(agentConfig);
        nodeConfig = nodeConfig.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Map.copyOf(entry.getValue())));
        List<String> errors = new ArrayList<>();
        if (nodes.isEmpty() || nodes.stream().distinct().count() != nodes.size()) {
            errors.add("nodes must be one or more different names, not " + nodes);
        }
        if (cpusPerNode <= 0) {
            errors.add("cpusPerNode must be above 0, not " + cpusPerNode);
        }
        if (gpusPerNode < 0) {
            errors.add("gpusPerNode must not be negative: " + gpusPerNode);
        }
        if (gpusPerNode > 0 && (discoverGpus || !visibleGpus.isEmpty())) {
            errors.add("gpusPerNode excludes discoverGpus and visibleGpus");
        }
        if (!nodes.containsAll(visibleGpus.keySet())) {
            errors.add("visibleGpus are of " + visibleGpus.keySet() + ", but the nodes are " + nodes);
        }
        if (!nodes.containsAll(nodeConfig.keySet())) {
            errors.add("nodeConfig is of " + nodeConfig.keySet() + ", but the nodes are " + nodes);
        }
        if (headPort < 0 || headPort > 65_535) {
            errors.add("headPort must be from 0 to 65535, not " + headPort);
        }
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, String.join("; ", errors));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options; {@link #build()} checks them all. */
    public static final class Builder {
        private Optional<Path> directory = Optional.empty();
        private List<String> nodes = List.of("node-a", "node-b");
        private double cpusPerNode = Math.max(2, Runtime.getRuntime().availableProcessors());
        private int gpusPerNode;
        private boolean discoverGpus;
        private final Map<String, String> visibleGpus = new TreeMap<>();
        private int headPort;
        private boolean supervised;
        private Duration startTimeout = Duration.ofSeconds(60);
        private final Map<String, String> headConfig = new TreeMap<>();
        private final Map<String, String> agentConfig = new TreeMap<>();
        private Optional<WorkerOutput> workerOutput = Optional.empty();
        private final Map<String, Map<String, String>> nodeConfig = new TreeMap<>();

        private Builder() {}

        /** Default: a fresh folder that goes when the cluster is closed. A folder that is given stays. */
        public Builder directory(Path value) {
            directory = Optional.of(value);
            return this;
        }

        /** Default: {@code node-a} and {@code node-b}. */
        public Builder nodes(String... names) {
            nodes = List.of(names);
            return this;
        }

        /** Default: those of this machine, at least 2. */
        public Builder cpusPerNode(double value) {
            cpusPerNode = value;
            return this;
        }

        /** Default: 0. */
        public Builder gpusPerNode(int value) {
            gpusPerNode = value;
            return this;
        }

        /** Default: false. */
        public Builder discoverGpus(boolean value) {
            discoverGpus = value;
            return this;
        }

        /** Default: none. Nodes that are to use the same GPUs would take them for different ones. */
        public Builder visibleGpus(String node, String devices) {
            visibleGpus.put(node, devices);
            return this;
        }

        /** Default: 0, any free port. */
        public Builder headPort(int value) {
            headPort = value;
            return this;
        }

        /** Default: false. */
        public Builder supervised(boolean value) {
            supervised = value;
            return this;
        }

        /** Default: 60 s. */
        public Builder startTimeout(Duration value) {
            startTimeout = value;
            return this;
        }

        public Builder head(String key, String value) {
            headConfig.put(key, value);
            return this;
        }

        public Builder agent(String key, String value) {
            agentConfig.put(key, value);
            return this;
        }

        /** Default: none. */
        public Builder workerOutput(WorkerOutput value) {
            workerOutput = Optional.of(value);
            return this;
        }

        /** For the agent of that node alone; wins over what all have. */
        public Builder agent(String node, String key, String value) {
            nodeConfig.computeIfAbsent(node, name -> new TreeMap<>()).put(key, value);
            return this;
        }

        public LocalClusterOptions build() {
            return new LocalClusterOptions(
                    directory,
                    nodes,
                    cpusPerNode,
                    gpusPerNode,
                    discoverGpus,
                    visibleGpus,
                    headPort,
                    supervised,
                    startTimeout,
                    headConfig,
                    agentConfig,
                    workerOutput,
                    nodeConfig);
        }
    }
}
