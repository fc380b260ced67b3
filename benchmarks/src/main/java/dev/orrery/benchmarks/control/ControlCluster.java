package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.control.agents.AgentsMain;
import dev.orrery.benchmarks.control.agents.Progress;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.rpc.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A ZooKeeper server, two heads, and the process of all simulated agents. For one thread. */
final class ControlCluster implements AutoCloseable {
    static final String NAME = "control";
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
    static final Duration DEAD_AFTER = Duration.ofSeconds(5);

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    private final Path folder;
    private final List<ServerJvm> heads = new ArrayList<>();
    private final ServerJvms jvms;

    private List<HostPort> addresses = List.of();
    private ZooKeeperStatus zooKeeper;
    private ServerJvm agents;

    ControlCluster(Path folder) {
        this.folder = folder;
        this.jvms = new ServerJvms(folder);
    }

    void start(int nodes) throws IOException, InterruptedException {
        List<Integer> ports = freePorts();
        addresses = ports.subList(1, 3).stream()
                .map(port -> new HostPort(LOOPBACK, port))
                .toList();
        zooKeeper = new ZooKeeperStatus(ports.get(0));
        SecretFile.readOrCreate(secret());
        jvms.start();
        ServerJvm server = jvms.start(
                "zookeeper",
                List.of(
                        "-Xmx1g",
                        "-Dzookeeper.preAllocSize=4096",
                        "-Dzookeeper.4lw.commands.whitelist=srvr",
                        "-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory"),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                List.of(zooKeeperSettings(ports.get(0)).toString()),
                false);
        awaitZooKeeper(server);
        for (int i = 0; i < addresses.size(); i++) {
            heads.add(startHead(i, ports.get(0)));
        }
        List<String> known = addresses.stream().map(HostPort::toString).toList();
        agents = jvms.start(
                "agents",
                List.of("-Xmx2g"),
                AgentsMain.class.getName(),
                List.of(Integer.toString(nodes), String.join(",", known), secret().toString(), NAME),
                true);
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket first = any();
                ServerSocket second = any();
                ServerSocket third = any()) {
            return List.of(first.getLocalPort(), second.getLocalPort(), third.getLocalPort());
        }
    }

    private static ServerSocket any() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private Path secret() {
        return folder.resolve("secret");
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
                        "--cluster.name=" + NAME,
                        "--head.name=" + name,
                        "--head.bind=" + addresses.get(number),
                        "--head.data-dir=" + folder.resolve(name + "-data"),
                        "--cluster.secret-file=" + secret(),
                        "--zookeeper.connect=" + LOOPBACK + ":" + zooKeeperPort,
                        "--zookeeper.session-timeout=" + SESSION_TIMEOUT.toMillis() + "ms",
                        "--node.dead-after=" + DEAD_AFTER.toMillis() + "ms"),
                false);
    }

    List<HostPort> addresses() {
        return addresses;
    }

    Path secretFile() {
        return secret();
    }

    ZooKeeperStatus zooKeeper() {
        return zooKeeper;
    }

    /** The head that listens there. */
    ServerJvm head(HostPort address) {
        return heads.get(addresses.indexOf(address));
    }

    /** The other one. */
    ServerJvm headBeside(ServerJvm head) {
        return heads.stream().filter(other -> other != head).findFirst().orElseThrow();
    }

    Progress progress() throws IOException {
        return ask(AgentsMain.STATUS);
    }

    /** So many more nodes are gone; tells about those that are left. */
    Progress lose(int nodes) throws IOException {
        return ask(AgentsMain.LOSE + " " + nodes);
    }

    private Progress ask(String question) throws IOException {
        agents.requireAlive();
        Writer out = agents.process().outputWriter(StandardCharsets.UTF_8);
        out.write(question + "\n");
        out.flush();
        BufferedReader in = agents.process().inputReader(StandardCharsets.UTF_8);
        String answer = in.readLine();
        if (answer == null) {
            throw new IOException("the process of the agents ends");
        }
        return Progress.ofLine(answer);
    }

    @Override
    public void close() {
        jvms.close();
    }
}
