package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a ZooKeeper server of a cluster here is run: a JVM of its own, small files, Netty transport. */
final class ZooKeeperServer {
    static final String NAME = "zookeeper";

    private ZooKeeperServer() {}

    static ChildJvm.Command command(Path directory, int port, Path log, Map<String, String> environment) {
        Path config = configure(directory, "clientPortAddress=127.0.0.1\nclientPort=" + port + "\n");
        return command(NAME, List.of(), config, log, environment);
    }

    /** Writes what all servers have in common, and that. */
    static Path configure(Path directory, String ownLines) {
        Path config = directory.resolve("zoo.cfg");
        try {
            Files.createDirectories(directory.resolve("data"));
            Files.writeString(
                    config,
                    """
                    dataDir=%s
                    tickTime=500
                    minSessionTimeout=1000
                    maxSessionTimeout=60000
                    maxClientCnxns=0
                    autopurge.snapRetainCount=3
                    autopurge.purgeInterval=1
                    admin.enableServer=false
                    %s"""
                            .formatted(directory.resolve("data"), ownLines));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + config, e);
        }
        return config;
    }

    static ChildJvm.Command command(
            String name, List<String> inside, Path config, Path log, Map<String, String> environment) {
        List<String> options = new ArrayList<>(ChildJvm.SMALL_JVM);
        options.add("-Xmx256m");
        options.add("-Dzookeeper.preAllocSize=4096");
        options.add("-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory");
        options.add("-Dzookeeper.jmx.log4j.disable=true");
        return new ChildJvm.Command(
                name,
                inside,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                options,
                List.of(config.toString()),
                environment,
                log);
    }
}
