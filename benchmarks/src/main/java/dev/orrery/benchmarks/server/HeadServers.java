package dev.orrery.benchmarks.server;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A ZooKeeper server, and the heads of one cluster. For one thread. */
public final class HeadServers implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    /**
     * What is measured.
     *
     * @param sessionTimeout of the heads with ZooKeeper
     * @param deadAfter silence of a node after which its workers are replaced
     */
    public record Settings(String cluster, int heads, Duration sessionTimeout, Duration deadAfter) {}

    private final Path folder;
    private final Settings settings;
    private final ServerJvms jvms;
    private final List<ServerJvm> heads = new ArrayList<>();
    private List<HostPort> addresses = List.of();
    private ZooKeeperStatus zooKeeper;

    /** @param folder for logs and data */
    public HeadServers(Path folder, Settings settings) {
        this.folder = folder;
        this.settings = settings;
        this.jvms = new ServerJvms(folder);
    }

    /** Does not wait for a leader. */
    public void start() throws IOException, InterruptedException {
        List<Integer> ports = freePorts(1 + settings.heads());
        addresses =
                ports.stream().skip(1).map(port -> new HostPort(LOOPBACK, port)).toList();
        int zooKeeperPort = ports.get(0);
        zooKeeper = new ZooKeeperStatus(zooKeeperPort);
        SecretFile.readOrCreate(secretFile());
        jvms.start();
        ServerJvm server = jvms.start(
                "zookeeper",
                List.of(
                        "-Xmx1g",
                        "-Dzookeeper.preAllocSize=4096",
                        "-Dzookeeper.4lw.commands.whitelist=srvr",
                        "-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory"),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                List.of(zooKeeperSettings(zooKeeperPort).toString()),
                false);
        awaitZooKeeper(server);
        for (int i = 0; i < addresses.size(); i++) {
            heads.add(startHead(i, zooKeeperPort));
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return open.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : open) {
                socket.close();
            }
        }
    }

    private Path zooKeeperSettings(int port) throws IOException {
        Path data = Files.createDirectories(folder.resolve("zookeeper-data"));
        return Files.writeString(
                folder.resolve("zoo.cfg"),
                """
                dataDir=%s
                tickTime=500
                minSessionTimeout=1000
                maxSessionTimeout=60000
                maxClientCnxns=0
                admin.enableServer=false
                clientPortAddress=%s
                clientPort=%d
                """
                        .formatted(data, LOOPBACK, port));
    }

    private void awaitZooKeeper(ServerJvm server) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                zooKeeper.lastWrite();
                return;
            } catch (IOException e) {
                server.requireAlive();
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private ServerJvm startHead(int number, int zooKeeperPort) throws IOException {
        String name = "head-" + (number + 1);
        return jvms.start(
                name,
                List.of("-Xmx1g"),
                "dev.orrery.head.HeadMain",
                List.of(
                        "--cluster.name=" + settings.cluster(),
                        "--head.name=" + name,
                        "--head.bind=" + addresses.get(number),
                        "--head.data-dir=" + folder.resolve(name + "-data"),
                        "--cluster.secret-file=" + secretFile(),
                        "--zookeeper.connect=" + LOOPBACK + ":" + zooKeeperPort,
                        "--zookeeper.session-timeout="
                                + settings.sessionTimeout().toMillis() + "ms",
                        "--node.dead-after=" + settings.deadAfter().toMillis() + "ms"),
                false);
    }

    public List<HostPort> addresses() {
        return addresses;
    }

    /** {@code host:port,host:port}. */
    public String addressList() {
        return String.join(",", addresses.stream().map(HostPort::toString).toList());
    }

    public Path secretFile() {
        return folder.resolve("secret");
    }

    public ZooKeeperStatus zooKeeper() {
        return zooKeeper;
    }

    /** For other processes of the same cluster; they end before these. */
    public ServerJvms jvms() {
        return jvms;
    }

    /** The head that listens there. */
    public ServerJvm head(HostPort address) {
        return heads.get(addresses.indexOf(address));
    }

    /** The other one. */
    public ServerJvm headBeside(ServerJvm head) {
        return heads.stream().filter(other -> other != head).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        jvms.close();
    }
}
