package dev.orrery.benchmarks.control.agents;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/**
 * {@code AgentsMain COUNT HEAD,… SECRET-FILE CLUSTER}: so many nodes in one process. Each line of its input is answered by
 * one of its output: {@link #STATUS} by a {@link Progress}, and {@link #LOSE} followed by a number, after which so many nodes
 * are gone, too. Ends with its input.
 */
public final class AgentsMain {
    public static final String STATUS = "status";
    public static final String LOSE = "lose";

    private static final int THREADS = 2;

    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<ScheduledExecutorService> loops = new ArrayList<>();
    private int firstLeft;

    private AgentsMain() {}

    private void start(int count, List<HostPort> heads, ClusterSecret secret, String cluster) {
        RpcTransport transport = new RpcTransport("simulated-agents", THREADS);
        transport.start();
        for (int i = 0; i < THREADS; i++) {
            loops.add(Executors.newSingleThreadScheduledExecutor(new NamedThreads("nodes-" + i)));
        }
        for (int i = 0; i < count; i++) {
            SimulatedNode node =
                    new SimulatedNode("node-%04d".formatted(i), cluster, secret, heads, transport, loop(i));
            nodes.add(node);
            loop(i).execute(node::start);
        }
    }

    private ScheduledExecutorService loop(int node) {
        return loops.get(node % THREADS);
    }

    private void answer(String line) {
        if (line.startsWith(LOSE)) {
            int last =
                    firstLeft + Integer.parseInt(line.substring(LOSE.length()).strip());
            for (; firstLeft < last; firstLeft++) {
                loop(firstLeft).execute(nodes.get(firstLeft)::lose);
            }
        }
    }

    private Progress progress() {
        Progress all = Progress.none();
        for (SimulatedNode node : nodes.subList(firstLeft, nodes.size())) {
            all = all.and(node.progress());
        }
        return all;
    }

    public static void main(String[] arguments) throws IOException {
        List<HostPort> heads =
                Stream.of(arguments[1].split(",", -1)).map(HostPort::parse).toList();
        AgentsMain agents = new AgentsMain();
        PrintStream answers = System.out;
        // Whatever logs goes elsewhere.
        System.setOut(System.err);
        agents.start(Integer.parseInt(arguments[0]), heads, SecretFile.read(Path.of(arguments[2])), arguments[3]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            agents.answer(line);
            answers.println(agents.progress().toLine());
            answers.flush();
        }
        System.exit(0);
    }
}
