package dev.orrery.examples.model;

import dev.orrery.agent.desired.DesiredStore;
import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.supervisor.WorkerHost;
import dev.orrery.examples.model.ModelledNode.Launch;
import dev.orrery.examples.model.ModelledNode.Worker;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an agent does to its host while it takes a step. The agent may be killed before any of it: what comes after that is
 * not done.
 */
final class NodeSurroundings implements WorkerHost, DesiredStore, NanoClock, Runnable, Surrounding {
    private static final int KILLED = 137;
    private static final Path WORKERS = Path.of("/nowhere");

    /** One step of an agent. */
    private static final class Step {
        final ModelledNode node;
        final int lastEffect;
        int effects;

        Step(ModelledNode node, int lastEffect) {
            this.node = node;
            this.lastEffect = lastEffect;
        }
    }

    /** Each thread takes steps of its own. */
    private static final ThreadLocal<Step> CURRENT = new ThreadLocal<>();

    private final Map<String, WorkerConnection> connections = new ConcurrentHashMap<>();

    /** @param allowed effects before the agent is killed */
    void begin(ModelledNode now, int allowed) {
        CURRENT.set(new Step(now, allowed));
    }

    private ModelledNode node() {
        return CURRENT.get().node;
    }

    boolean killed() {
        Step step = CURRENT.get();
        return step.effects > step.lastEffect;
    }

    private boolean mayAct() {
        CURRENT.get().effects++;
        return !killed();
    }

    static String name(WorkerFolder folder) {
        return folder.root().getFileName().toString();
    }

    static String name(ActorLife life) {
        return name(WorkerFolder.of(WORKERS, life));
    }

    @Override
    public String surroundingName() {
        return "node";
    }

    @Override
    public long nanoTime() {
        return node().nowNanos;
    }

    /** What the agent reports has changed; which is found out by asking. */
    @Override
    public void run() {}

    @Override
    public Optional<DesiredSet> read() {
        return node().written;
    }

    @Override
    public void write(DesiredSet set) {
        if (mayAct()) {
            node().written = Optional.of(set);
        }
    }

    @Override
    public Optional<String> cluster() {
        return node().cluster;
    }

    @Override
    public void writeCluster(String cluster) {
        if (mayAct()) {
            node().cluster = Optional.of(cluster);
        }
    }

    @Override
    public WorkerFolder folder(ActorLife life) {
        return WorkerFolder.of(WORKERS, life);
    }

    @Override
    public void calledIn(WorkerFolder folder) {
        // It only shortens the wait for one that is stopped, and no worker is stopped here.
    }

    @Override
    public boolean launchedBefore(WorkerFolder folder) {
        return node().launches.containsKey(name(folder));
    }

    @Override
    public CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts) {
        String folder = name(folder(worker.getLife()));
        if (mayAct()) {
            node().pids++;
            node().launches.put(folder, new Launch(worker.getLife(), nonce, node().pids));
            if (mayAct()) {
                fork(folder, worker.getLife(), nonce);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    private void fork(String folder, ActorLife life, String nonce) {
        if (!node().ever.add(folder)) {
            node().violations.add("life " + folder + " is started a second time on node " + node().name);
        }
        node().workers.put(folder, new Worker(life, nonce, node().pids, node().freePort()));
    }

    @Override
    public Verdict look(WorkerFolder folder) {
        Launch launch = node().launches.get(name(folder));
        if (launch == null) {
            return new Verdict.Unknown();
        }
        if (launch.exit.isPresent()) {
            return new Verdict.Gone(ExitStatus.ofShell(launch.exit.get()));
        }
        return node().workers.containsKey(name(folder))
                ? new Verdict.Alive(Optional.of(new ProcessId(launch.pid, launch.pid)))
                : new Verdict.Unknown();
    }

    @Override
    public void terminate(ProcessId process) {
        if (mayAct()) {
            find(process).ifPresent(found -> found.getValue().stopping = true);
        }
    }

    @Override
    public void kill(ProcessId process) {
        if (mayAct()) {
            find(process).ifPresent(found -> node().exit(found.getKey(), KILLED));
        }
    }

    @Override
    public CompletableFuture<Void> endStrays(WorkerFolder folder, String nonce) {
        if (!mayAct()) {
            return new CompletableFuture<>();
        }
        if (node().workers.containsKey(name(folder))) {
            node().exit(name(folder), KILLED);
        }
        return CompletableFuture.completedFuture(null);
    }

    private Optional<Entry<String, Worker>> find(ProcessId process) {
        return node().workers.entrySet().stream()
                .filter(entry -> entry.getValue().pid == process.pid())
                .findFirst();
    }

    @Override
    public String outputTail(WorkerFolder folder) {
        return "";
    }

    @Override
    public void ended(WorkerFolder folder) {
        Launch launch = node().launches.get(name(folder));
        if (launch != null && mayAct()) {
            launch.cleared = true;
        }
    }

    @Override
    public void forgotten(WorkerFolder folder) {
        if (mayAct()) {
            node().launches.remove(name(folder));
        }
    }

    @Override
    public String nonceFor(DesiredWorker worker) {
        return node().name + "-" + (node().pids + 1);
    }

    @Override
    public ExitStatus giveUp(WorkerFolder folder) {
        if (mayAct()) {
            node().exit(name(folder), KILLED);
        }
        return new ExitStatus.Lost("no process of it was ever seen");
    }

    /** What it would look for then is offered as a step of its own. */
    @Override
    public void later(Duration delay, Runnable action) {}

    /** Always the same for the same worker and number. */
    WorkerConnection connection(String folder, int number) {
        return connections.computeIfAbsent(folder + "/" + number, name -> new WorkerConnection(this, folder, number));
    }

    /** The worker at the other end of that connection, if it is up. */
    Optional<Worker> worker(String folder, int connection) {
        return Optional.ofNullable(node().workers.get(folder)).filter(worker -> worker.connection == connection);
    }

    boolean mayNotify() {
        return mayAct();
    }
}
