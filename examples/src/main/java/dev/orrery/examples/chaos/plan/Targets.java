package dev.orrery.examples.chaos.plan;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What there is to do something to.
 *
 * @param hosts between any two of which packets may be dropped
 * @param replicas and gateways are of pipelines: {@code alpha/first-1}, {@code alpha/gateway}
 * @param stages {@code alpha/first}
 * @param clocks processes whose wall clock can be moved
 */
public record Targets(
        List<String> hosts,
        List<String> zooKeepers,
        List<String> heads,
        List<String> nodes,
        String smallDisk,
        List<String> clocks,
        List<String> stages,
        List<String> replicas,
        List<String> gateways,
        List<String> counters) {

    public Targets {
        hosts = List.copyOf(hosts);
        zooKeepers = List.copyOf(zooKeepers);
        heads = List.copyOf(heads);
        nodes = List.copyOf(nodes);
        clocks = List.copyOf(clocks);
        stages = List.copyOf(stages);
        replicas = List.copyOf(replicas);
        gateways = List.copyOf(gateways);
        counters = List.copyOf(counters);
    }

    String pick(FaultKind kind, RandomGenerator random) {
        return switch (kind.victim()) {
            case REPLICA -> any(replicas, random);
            case GATEWAY -> any(gateways, random);
            case COUNTER -> any(counters, random);
            case NODE -> any(nodes, random);
            case HEAD -> any(heads, random);
            case ZOOKEEPER_SERVER -> any(zooKeepers, random);
            case ZOOKEEPER -> "zookeeper";
            case TWO_HOSTS -> twoHosts(random);
            case SMALL_DISK -> smallDisk;
            case STAGE -> any(stages, random);
            case CLOCK -> any(clocks, random);
        };
    }

    private String twoHosts(RandomGenerator random) {
        int from = random.nextInt(hosts.size());
        int to = (from + 1 + random.nextInt(hosts.size() - 1)) % hosts.size();
        return hosts.get(from) + ">" + hosts.get(to);
    }

    private static String any(List<String> of, RandomGenerator random) {
        return of.get(random.nextInt(of.size()));
    }
}
