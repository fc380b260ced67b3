package dev.orrery.head.zookeeper;

import java.time.Duration;

/**
 * Where ZooKeeper is, and how long to wait for it.
 *
 * @param connect {@code host:port,…}
 * @param sessionTimeout silence after which ZooKeeper lets another head lead
 * @param connectTimeout for the first connection
 * @param operationTimeout for a commit, a load, or a step of taking over
 */
public record ZooKeeperSettings(
        String connect, Duration sessionTimeout, Duration connectTimeout, Duration operationTimeout) {
    public static ZooKeeperSettings defaults(String connect) {
        return new ZooKeeperSettings(connect, Duration.ofSeconds(4), Duration.ofSeconds(15), Duration.ofSeconds(10));
    }
}
