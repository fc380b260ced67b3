package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.control.agents.AgentsMain;
import dev.orrery.benchmarks.control.agents.Progress;
import dev.orrery.benchmarks.server.HeadServers;
import dev.orrery.benchmarks.server.ServerJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A ZooKeeper server, two heads, and the process of all simulated agents. For one thread. */
final class ControlCluster implements AutoCloseable {
    static final String NAME = "control";
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
    static final Duration DEAD_AFTER = Duration.ofSeconds(5);

    private final HeadServers servers;
    private ServerJvm agents;

    ControlCluster(Path folder) {
        this.servers = new HeadServers(folder, new HeadServers.Settings(NAME, 2, SESSION_TIMEOUT, DEAD_AFTER));
    }

    void start(int nodes) throws IOException, InterruptedException {
        servers.start();
        agents = servers.jvms()
                .start(
                        "agents",
                        List.of("-Xmx2g"),
                        AgentsMain.class.getName(),
                        List.of(
                                Integer.toString(nodes),
                                servers.addressList(),
                                servers.secretFile().toString(),
                                NAME),
                        true);
    }

    HeadServers servers() {
        return servers;
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
        servers.close();
    }
}
