package dev.orrery.examples.cluster;

import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** With which command lines the processes of a {@link HostCluster} are started; the same for each of their lives. */
final class HostCommands {
    private static final int CLIENT_PORT = 2181;
    private static final int QUORUM_PORT = 2888;
    private static final int ELECTION_PORT = 3888;
    private static final int HEAD_PORT = 6400;

    private final HostClusterOptions options;
    private final HostNetwork network;
    private final Map<String, String> environment;
    private final Map<String, HostPort> clients = new LinkedHashMap<>();
    private final Map<String, HostPort> heads = new LinkedHashMap<>();

    HostCommands(HostClusterOptions options, HostNetwork network, Map<String, String> environment) {
        this.options = options;
        this.network = network;
        this.environment = environment;
        options.zooKeepers().forEach(name -> clients.put(name, at(name, CLIENT_PORT)));
        options.heads().forEach(name -> heads.put(name, at(name, HEAD_PORT)));
    }

    private HostPort at(String host, int port) {
        return new HostPort(network.address(host), network.port(host, port));
    }

    Map<String, HostPort> zooKeepers() {
        return clients;
    }

    List<HostPort> heads() {
        return List.copyOf(heads.values());
    }

    Path folder(String process) {
        return options.directory().resolve(process);
    }

    Path secret() {
        return options.directory().resolve("secret");
    }

    Path log(String process) {
        return options.directory().resolve("logs").resolve(process + ".log");
    }

    Map<String, ChildJvm.Command> ensemble() {
        StringBuilder servers = new StringBuilder();
        int number = 1;
        for (String name : options.zooKeepers()) {
            String host = network.address(name);
            servers.append("server.%d=%s:%d:%d%n"
                    .formatted(number++, host, network.port(name, QUORUM_PORT), network.port(name, ELECTION_PORT)));
        }
        Map<String, ChildJvm.Command> commands = new LinkedHashMap<>();
        number = 1;
        for (String name : options.zooKeepers()) {
            commands.put(name, server(name, number++, servers.toString()));
        }
        return commands;
    }

    private ChildJvm.Command server(String name, int number, String servers) {
        HostPort client = clients.get(name);
        Path config = ZooKeeperServer.configure(
                folder(name),
                """
                initLimit=20
                syncLimit=8
                clientPortAddress=%s
                clientPort=%d
                4lw.commands.whitelist=srvr,mntr
                %s"""
                        .formatted(client.host(), client.port(), servers));
        try {
            Files.writeString(folder(name).resolve("data").resolve("myid"), number + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot number server " + name, e);
        }
        return ZooKeeperServer.command(name, network.inside(name), config, log(name), environment);
    }

    ChildJvm.Command head(String name, Map<String, String> more) {
        Map<String, String> config = new TreeMap<>();
        config.put("head.name", name);
        config.put("head.bind", heads.get(name).toString());
        config.put("head.data-dir", folder(name).toString());
        config.put("head.artifact-dir", folder("artifacts").toString());
        config.put("cluster.secret-file", secret().toString());
        config.put("zookeeper.connect", String.join(",", texts(List.copyOf(clients.values()))));
        config.putAll(options.headConfig());
        return orrery(name, network.inside(name), "dev.orrery.head.HeadMain", config, more);
    }

    /** @param disk what its command line begins with as well */
    ChildJvm.Command agent(String name, List<String> disk, Map<String, String> more) {
        Map<String, String> config = new TreeMap<>();
        config.put("agent.name", name);
        config.put("agent.heads", String.join(",", texts(heads())));
        config.put("agent.bind", network.address(name) + ":0");
        config.put("agent.data-dir", folder(name).toString());
        config.put("gpu.discover", "off");
        config.put("worlds.host-id", folder(name).toString());
        config.put("cluster.secret-file", secret().toString());
        config.putAll(options.agentConfig());
        List<String> inside = new ArrayList<>(network.inside(name));
        inside.addAll(disk);
        return orrery(name, inside, "dev.orrery.agent.AgentMain", config, more);
    }

    private ChildJvm.Command orrery(
            String name, List<String> inside, String mainClass, Map<String, String> config, Map<String, String> more) {
        List<String> arguments = new ArrayList<>();
        config.forEach((key, value) -> arguments.add("--" + key + "=" + value));
        List<String> java = new ArrayList<>(ChildJvm.SMALL_JVM);
        java.add("-Xmx128m");
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(more);
        return new ChildJvm.Command(name, inside, mainClass, java, arguments, all, log(name));
    }

    /** Any other program of this class path. */
    ChildJvm.Command program(String name, String host, String mainClass, List<String> arguments) {
        List<String> java = new ArrayList<>(ChildJvm.SMALL_JVM);
        java.add("-Xmx256m");
        return new ChildJvm.Command(name, network.inside(host), mainClass, java, arguments, environment, log(name));
    }

    private static List<String> texts(List<HostPort> addresses) {
        return addresses.stream().map(HostPort::toString).toList();
    }
}
