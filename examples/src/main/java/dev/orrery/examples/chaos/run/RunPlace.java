package dev.orrery.examples.chaos.run;

import dev.orrery.examples.cluster.HostClusterOptions;
import dev.orrery.examples.cluster.HostNetwork;
import dev.orrery.examples.cluster.LoopbackHosts;
import dev.orrery.examples.cluster.NamespaceHosts;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a run takes place; made and removed by its launcher.
 *
 * @param directory for data and logs
 * @param memory a folder of its own in shared memory
 * @param mark in the environment of all of its processes
 * @param owner pid of the process that made the hosts; 0: there are none of its own
 * @param whyLoopback why there are none
 */
record RunPlace(Path directory, Path memory, String mark, long owner, String whyLoopback) {
    static final String CONTROL = "control";
    static final String DRIVER = "driver";
    static final List<String> ZOOKEEPERS = HostClusterOptions.names("zk", 3);
    static final List<String> HEADS = HostClusterOptions.names("head", 2);
    static final List<String> NODES = HostClusterOptions.names("node", 3);

    /** Between any two of which packets may be dropped. */
    static List<String> cuttableHosts() {
        return Stream.of(ZOOKEEPERS, HEADS, NODES, List.of(DRIVER))
                .flatMap(List::stream)
                .toList();
    }

    /** The observer has one to itself, which is never cut off. */
    static List<String> hosts() {
        return Stream.concat(cuttableHosts().stream(), Stream.of(CONTROL)).toList();
    }

    HostNetwork network() {
        return owner == 0 ? new LoopbackHosts(whyLoopback) : new NamespaceHosts(owner, hosts());
    }

    /** In words. */
    String networkName() {
        return owner == 0 ? "all on loopback (" + whyLoopback + ")" : "each host in a network namespace";
    }

    List<String> arguments() {
        return List.of(directory.toString(), memory.toString(), mark, Long.toString(owner), whyLoopback);
    }

    static RunPlace parse(List<String> arguments) {
        return new RunPlace(
                Path.of(arguments.get(0)),
                Path.of(arguments.get(1)),
                arguments.get(2),
                Long.parseLong(arguments.get(3)),
                arguments.get(4));
    }
}
