package dev.orrery.examples.cluster;

import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * ZooKeeper, a head, node agents and their workers on loopback, each a process of its own; for users' tests and for
 * trying things out. What a test does to a cluster of several hosts it can do here: kill and start heads, agents and
 * workers.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.start()) {
 *     PipelineRef pipeline = cluster.client().deploy(definition);
 *     cluster.killWorker("embed", "encode-1");
 * }
 * }</pre>
 *
 * Methods may be called on any thread; they block up to the times that their descriptions give. {@link #close()} ends
 * every process that descends from the cluster.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration VIEW_TIMEOUT = Duration.ofSeconds(10);

    private final LocalClusterOptions options;
    private final ClusterFolder folder;
    private final ClusterProcesses processes;
    private Orrery client;
    private ClusterObserver observer;

    private LocalCluster(LocalClusterOptions options, ClusterFolder folder, ClusterProcesses processes) {
        this.options = options;
        this.folder = folder;
        this.processes = processes;
    }

    /** Two nodes in a fresh folder. */
    public static LocalCluster start() {
        return start(LocalClusterOptions.builder().build());
    }

    /** Returns when the head leads and all nodes are ALIVE, or throws what kept it from that. */
    public static LocalCluster start(LocalClusterOptions options) {
        ClusterFolder folder = ClusterFolder.open(options.directory());
        LocalCluster cluster = new LocalCluster(options, folder, new ClusterProcesses(options, folder));
        try {
            cluster.begin();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void begin() {
        SecretFile.readOrCreate(folder.secret());
        processes.start();
        folder.writeAddress(address());
        OrreryOptions.Builder connection =
                OrreryOptions.parse(address()).toBuilder().secretFile(folder.secret());
        options.workerOutput().ifPresent(connection::workerOutput);
        client = Orrery.connect(connection.build());
        observer = new ClusterObserver(folder.secret(), processes.headAddresses());
        await("a leader and ALIVE nodes " + options.nodes(), this::isUp, options.startTimeout());
    }

    private boolean isUp(ClusterView view) {
        long alive = view.getNodesList().stream()
                .filter(node -> node.getState().equals("ALIVE"))
                .filter(node -> options.nodes().contains(node.getName()))
                .count();
        return alive == options.nodes().size();
    }

    /** What {@link Orrery#connect(String)} takes. */
    public String address() {
        return "orrery://"
                + String.join(
                        ",",
                        processes.headAddresses().stream().map(Object::toString).toList());
    }

    /** The file with the secret that clients need. */
    public Path secretFile() {
        return folder.secret();
    }

    /** Where data and logs lie. */
    public Path directory() {
        return folder.root();
    }

    /** A client that is closed with the cluster. */
    public Orrery client() {
        return client;
    }

    /** What the leader knows of everything, for tests and displays. */
    public ClusterObserver observer() {
        return observer;
    }

    /** Sends SIGKILL to the head that runs, and waits for its end. */
    public void killHead() {
        processes.killHead();
    }

    /** Starts another head at another port beside what is left; returns its name. Does not wait. */
    public String startHead() {
        return processes.startNextHead();
    }

    /** Sends SIGKILL to a node agent and waits for its end; its workers live on. */
    public void killAgent(String node) {
        processes.killAgent(node);
    }

    /** Starts a node's agent again. Does not wait. */
    public void startAgent(String node) {
        processes.startAgent(node);
    }

    /** Sends SIGKILL to ZooKeeper, which is started again at once. */
    public void killZooKeeper() {
        processes.killZooKeeper();
    }

    /** Ends ZooKeeper, until {@link #startZooKeeper()}. */
    public void stopZooKeeper() {
        processes.stopZooKeeper();
    }

    /** Starts ZooKeeper again with the data that it had. Does not wait. */
    public void startZooKeeper() {
        processes.startZooKeeper();
    }

    /** Where ZooKeeper listens, as messages name it. */
    public String zooKeeperAddress() {
        return processes.zooKeeperAddress().toString();
    }

    /**
     * Sends SIGKILL to every process at once, as a loss of power does, and waits for their end. ZooKeeper, a head and agents
     * are started again one by one.
     */
    public void powerOff() {
        processes.powerOff();
    }

    /** Sends SIGSTOP to the worker of a replica or of the {@code gateway}: it does nothing any more; returns its pid. */
    public long freezeWorker(String pipeline, String replica) {
        long pid = workerPid(pipeline, replica);
        ShortCommand.run("kill", "-STOP", Long.toString(pid));
        return pid;
    }

    /** Sends SIGCONT to a frozen worker; false when that process is gone. */
    public boolean thawWorker(long pid) {
        return HostCluster.signal("CONT", pid);
    }

    /** Sends SIGKILL to ZooKeeper, deletes all its data, and starts it again. */
    public void wipeZooKeeper() {
        processes.wipeZooKeeper();
    }

    /** Sends SIGKILL to the worker of a replica ({@code encode-1}) or of the {@code gateway}; returns its pid. */
    public long killWorker(String pipeline, String replica) {
        long pid = workerPid(pipeline, replica);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        return pid;
    }

    /** The process that hosts a replica, or the {@code gateway}, of a pipeline. */
    public long workerPid(String pipeline, String replica) {
        String label = pipeline + "/" + replica;
        return observer.cluster(VIEW_TIMEOUT).getActorsList().stream()
                .filter(actor -> actor.getLabel().equals(label) && actor.getPid() > 0)
                .findFirst()
                .map(ActorView::getPid)
                .orElseThrow(() -> OrreryException.of(ErrorCode.NOT_FOUND, "no worker hosts " + label));
    }

    /** Waits until the leader's view satisfies {@code condition}, asking again and again. */
    public ClusterView await(String what, Predicate<ClusterView> condition, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        Optional<ClusterView> last = Optional.empty();
        OrreryException failure = null;
        while (System.nanoTime() < end) {
            processes.failIfEndedUnasked();
            try {
                last = Optional.of(observer.cluster(Duration.ofNanos(Math.max(1, end - System.nanoTime()))));
                if (condition.test(last.get())) {
                    return last.get();
                }
            } catch (OrreryException e) {
                if (!e.code().retryable()) {
                    throw e;
                }
                failure = e;
            }
            pause();
        }
        throw OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for " + what + " at " + address() + "; "
                        + last.map(view -> "the leader says: " + view).orElse("no leader answered"),
                failure);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for the cluster", e);
        }
    }

    /** The pids of all processes that descend from it, less this one's. */
    public List<Long> processIds() {
        return processes.all();
    }

    /** Processes that still ran after the closed cluster had stopped all it knew, in words; they were killed then. */
    public List<String> leaked() {
        return processes.leaked();
    }

    /** Ends every process: workers through their agents in good order, what is left by force. At most about 30 s. */
    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        if (observer != null) {
            observer.close();
        }
        processes.close();
        try {
            folder.close();
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "cannot remove " + folder.root(), e);
        }
    }
}
