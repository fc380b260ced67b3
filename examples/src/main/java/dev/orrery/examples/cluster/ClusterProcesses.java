package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Starts, supervises and ends the processes of a local cluster. Thread-safe. */
final class ClusterProcesses implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int HEADS = 3;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SWEEP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final String AGENT = "agent-";
    private static final String HEAD = "head-";

    private final LocalClusterOptions options;
    private final ClusterFolder folder;
    private final String mark = UUID.randomUUID().toString();
    private final Map<String, ChildJvm> running = new TreeMap<>();
    private final Set<String> endedOnPurpose = new HashSet<>();
    private final List<String> leftBehind = new ArrayList<>();
    private final List<Integer> ports;
    private int headNumber;
    private boolean closed;

    ClusterProcesses(LocalClusterOptions options, ClusterFolder folder) {
        this.options = options;
        this.folder = folder;
        this.ports = new ArrayList<>(FreePorts.find(HEADS + 1));
        if (options.headPort() != 0) {
            ports.set(1, options.headPort());
        }
    }

    synchronized void start() {
        startZooKeeper();
        startNextHead();
        options.nodes().forEach(this::startAgent);
    }

    /** Sends SIGKILL to all there is, workers included, and waits until nothing of it is left. */
    synchronized void powerOff() {
        endedOnPurpose.addAll(running.keySet());
        awaitNone(SWEEP_TIMEOUT, ProcessHandle::destroyForcibly);
        running.clear();
        headNumber = 0;
    }

    /** The pids of all that descend from this cluster. */
    List<Long> all() {
        return ProcessMarks.alive(mark).stream().map(ProcessHandle::pid).toList();
    }

    /** Of the heads that run or may be started, so that nobody has to be told when another one takes over. */
    List<HostPort> headAddresses() {
        return ports.subList(1, ports.size()).stream()
                .map(port -> new HostPort(LOOPBACK, port))
                .toList();
    }

    synchronized String startNextHead() {
        int index = headNumber % HEADS;
        headNumber++;
        String name = HEAD + headNumber;
        Map<String, String> config = new TreeMap<>(Map.of(
                "head.name",
                name,
                "head.bind",
                LOOPBACK + ":" + ports.get(1 + index),
                "head.data-dir",
                folder.of("head-" + (index + 1)).toString(),
                "head.artifact-dir",
                folder.of("artifacts").toString(),
                "cluster.secret-file",
                folder.secret().toString(),
                "zookeeper.connect",
                LOOPBACK + ":" + ports.get(0),
                "zookeeper.session-timeout",
                "2s"));
        config.putAll(options.headConfig());
        launch(orrery(name, "dev.orrery.head.HeadMain", config));
        return name;
    }

    synchronized void killHead() {
        running.keySet().stream().filter(name -> name.startsWith(HEAD)).toList().forEach(this::kill);
    }

    synchronized void startAgent(String node) {
        List<String> heads = headAddresses().stream().map(HostPort::toString).toList();
        Map<String, String> config = new TreeMap<>(Map.of(
                "agent.name", node,
                "agent.heads", String.join(",", heads),
                "agent.data-dir", folder.of(node).toString(),
                "agent.cpus", Double.toString(options.cpusPerNode()),
                "gpu.discover", discovers(node) ? "auto" : "off",
                "agent.stop-workers-on-exit", "true",
                "cluster.secret-file", folder.secret().toString()));
        if (options.gpusPerNode() > 0) {
            config.put("agent.gpus", Integer.toString(options.gpusPerNode()));
        }
        config.putAll(options.agentConfig());
        config.putAll(options.nodeConfig().getOrDefault(node, Map.of()));
        Map<String, String> environment = new TreeMap<>(environment());
        Optional.ofNullable(options.visibleGpus().get(node))
                .ifPresent(devices -> environment.put("CUDA_VISIBLE_DEVICES", devices));
        launch(orrery(agentProcess(node), "dev.orrery.agent.AgentMain", config, environment));
    }

    /** One only, unless each has its own: the GPUs of this machine are there once. */
    private boolean discovers(String node) {
        return options.visibleGpus().containsKey(node)
                || (options.discoverGpus() && node.equals(options.nodes().get(0)));
    }

    synchronized void killAgent(String node) {
        kill(agentProcess(node));
    }

    synchronized void killZooKeeper() {
        process(ZooKeeperServer.NAME).kill();
    }

    synchronized void stopZooKeeper() {
        kill(ZooKeeperServer.NAME);
    }

    synchronized void startZooKeeper() {
        launch(ZooKeeperServer.command(
                folder.of(ZooKeeperServer.NAME), ports.get(0), folder.log(ZooKeeperServer.NAME), environment()));
    }

    HostPort zooKeeperAddress() {
        return new HostPort(LOOPBACK, ports.get(0));
    }

    synchronized void wipeZooKeeper() {
        kill(ZooKeeperServer.NAME);
        folder.remove(ZooKeeperServer.NAME);
        startZooKeeper();
    }

    private static String agentProcess(String node) {
        return AGENT + node;
    }

    private ChildJvm.Command orrery(String name, String mainClass, Map<String, String> config) {
        return orrery(name, mainClass, config, environment());
    }

    private ChildJvm.Command orrery(
            String name, String mainClass, Map<String, String> config, Map<String, String> environment) {
        List<String> arguments = new ArrayList<>();
        config.forEach((key, value) -> arguments.add("--" + key + "=" + value));
        return new ChildJvm.Command(
                name, List.of(), mainClass, ChildJvm.SMALL_JVM, arguments, environment, folder.log(name));
    }

    private Map<String, String> environment() {
        return Map.of(ProcessMarks.VARIABLE, mark);
    }

    private void launch(ChildJvm.Command command) {
        if (closed) {
            throw OrreryException.of(ErrorCode.CANCELLED, "the local cluster is closed");
        }
        endedOnPurpose.remove(command.name());
        ChildJvm process = ChildJvm.start(command);
        running.put(command.name(), process);
        if (options.supervised() || command.name().equals(ZooKeeperServer.NAME)) {
            process.onExit(() -> startAgain(process));
        }
    }

    private synchronized void startAgain(ChildJvm ended) {
        if (!closed && running.get(ended.name()) == ended && !endedOnPurpose.contains(ended.name())) {
            launch(ended.command());
        }
    }

    private void kill(String name) {
        endedOnPurpose.add(name);
        process(name).kill();
        running.remove(name);
    }

    private ChildJvm process(String name) {
        ChildJvm process = running.get(name);
        if (process == null) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND, "no process " + name + " in the local cluster; there are " + running.keySet());
        }
        return process;
    }

    /** A process that should run and does not is why nothing comes; say so instead of waiting. */
    synchronized void failIfEndedUnasked() {
        for (ChildJvm process : running.values()) {
            if (!process.isAlive() && !options.supervised() && !process.name().equals(ZooKeeperServer.NAME)) {
                throw OrreryException.of(
                        ErrorCode.UNAVAILABLE,
                        process.name() + " ended with exit code " + process.exitCode() + ":\n" + process.lastOutput());
            }
        }
    }

    /** What was alive after everything had been stopped in good order. Known after {@link #close()}. */
    synchronized List<String> leaked() {
        return List.copyOf(leftBehind);
    }

    /** Agents first (they stop their workers), then heads, then ZooKeeper; what is left then was leaked, and is killed. */
    @Override
    public void close() {
        List<ChildJvm> agents;
        List<ChildJvm> heads;
        List<ChildJvm> zooKeeper;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            agents = running.values().stream()
                    .filter(process -> process.name().startsWith(AGENT))
                    .toList();
            heads = running.values().stream()
                    .filter(process -> process.name().startsWith(HEAD))
                    .toList();
            zooKeeper = running.values().stream()
                    .filter(process -> process.name().equals(ZooKeeperServer.NAME))
                    .toList();
        }
        // A run that was interrupted still ends its cluster in good order.
        boolean interrupted = Thread.interrupted();
        stop(agents);
        stop(heads);
        // Not together with the heads, which take leave of it.
        stop(zooKeeper);
        List<ProcessHandle> left = awaitNone(END_TIMEOUT, process -> {});
        synchronized (this) {
            left.forEach(process -> leftBehind.add("process " + process.pid() + " "
                    + process.info().commandLine().orElse("?")));
        }
        awaitNone(SWEEP_TIMEOUT, ProcessHandle::destroyForcibly);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(List<ChildJvm> processes) {
        processes.forEach(ChildJvm::terminate);
        processes.forEach(process -> process.awaitExitOrKill(STOP_TIMEOUT));
    }

    private List<ProcessHandle> awaitNone(Duration patience, Consumer<ProcessHandle> action) {
        long end = System.nanoTime() + patience.toNanos();
        List<ProcessHandle> left = ProcessMarks.alive(mark);
        while (!left.isEmpty() && System.nanoTime() < end) {
            left.forEach(action);
            LockSupport.parkNanos(POLL.toNanos());
            left = ProcessMarks.alive(mark);
        }
        return left;
    }
}
