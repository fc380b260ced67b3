package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the local cluster's one ZooKeeper server is run (design §4): a JVM of its own, small files, Netty transport. */
final class ZooKeeperServer {
    static final String NAME = "zookeeper";

    private ZooKeeperServer() {}

    static ChildJvm.Command command(Path directory, int port, Path log, Map<String, String> environment) {
        Path config = directory.resolve("zoo.cfg");
        try {
            Files.createDirectories(directory.resolve("data"));
            Files.writeString(
                    config,
                    """
                    dataDir=%s
                    clientPortAddress=127.0.0.1
                    clientPort=%d
                    tickTime=500
                    minSessionTimeout=1000
                    maxSessionTimeout=60000
                    maxClientCnxns=0
                    autopurge.snapRetainCount=3
                    autopurge.purgeInterval=1
                    admin.enableServer=false
                    """
                            .formatted(directory.resolve("data"), port));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + config, e);
        }
        List<String> options = new ArrayList<>(ChildJvm.SMALL_JVM);
        options.add("-Xmx256m");
        options.add("-Dzookeeper.preAllocSize=4096");
        options.add("-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory");
        options.add("-Dzookeeper.jmx.log4j.disable=true");
        return new ChildJvm.Command(
                NAME,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                options,
                List.of(config.toString()),
                environment,
                log);
    }
}
