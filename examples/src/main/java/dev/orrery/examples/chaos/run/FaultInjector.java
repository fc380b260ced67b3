package dev.orrery.examples.chaos.run;

import dev.orrery.Orrery;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.load.ChaosPipelines;
import dev.orrery.examples.chaos.plan.Fault;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Does faults to a cluster, and undoes them. */
final class FaultInjector implements AutoCloseable {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(8);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOCK_JUMP = Duration.ofSeconds(60);
    private static final int TRIES = 20;
    private static final long RETRY_MILLIS = 500;

    private final HostCluster cluster;
    private final Orrery orrery;
    private final ClusterObserver observer;
    private final ClusterWatch watch;
    private final Journal journal;
    /** By stage or node, as the changes of one must not overtake each other. */
    private final Map<String, ExecutorService> asking = new ConcurrentHashMap<>();

    private final Map<Integer, ProcessHandle> paused = new ConcurrentHashMap<>();
    /** What was asked for last, by target: what came before is not asked for again. */
    private final Map<String, String> wishes = new ConcurrentHashMap<>();

    private volatile boolean closed;

    FaultInjector(HostCluster cluster, Orrery orrery, ClusterObserver observer, ClusterWatch watch, Journal journal) {
        this.cluster = cluster;
        this.orrery = orrery;
        this.observer = observer;
        this.watch = watch;
        this.journal = journal;
    }

    /** Returns why it was not done; empty when it was. */
    Optional<String> begin(Fault fault) {
        Optional<String> whyNot = whyNot(fault);
        if (whyNot.isPresent()) {
            return whyNot;
        }
        String target = fault.target();
        switch (fault.kind()) {
            case KILL_WORKER, KILL_GATEWAY, KILL_COUNTER -> {
                return signal(fault, "KILL");
            }
            case PAUSE_WORKER, PAUSE_GATEWAY, PAUSE_COUNTER -> {
                return signal(fault, "STOP");
            }
            case KILL_AGENT, KILL_HEAD, KILL_ZOOKEEPER_SERVER -> cluster.kill(target);
            case KILL_ZOOKEEPER -> cluster.zooKeepers().keySet().forEach(cluster::kill);
            case RESTART_AGENT, RESTART_HEAD -> cluster.stop(target, STOP_TIMEOUT);
            case PAUSE_AGENT, PAUSE_HEAD, PAUSE_ZOOKEEPER_SERVER -> cluster.pause(target);
            case CUT -> {
                cut(fault, 0, 1);
                cut(fault, 1, 0);
            }
            case CUT_ONE_WAY -> cut(fault, 0, 1);
            case FULL_DISK -> cluster.fillDisk();
            case SCALE_OUT -> scale(target, ChaosPipelines.REPLICAS + 1);
            case SCALE_IN -> scale(target, ChaosPipelines.REPLICAS - 1);
            case CLOCK_JUMP -> cluster.moveClock(target, CLOCK_JUMP);
            case DRAIN_NODE -> ask(target, "drained", () -> observer.drain(target, ASK_TIMEOUT));
        }
        return Optional.empty();
    }

    private Optional<String> whyNot(Fault fault) {
        return switch (fault.kind()) {
            case CUT, CUT_ONE_WAY -> cluster.network().whyNoCuts();
            case FULL_DISK -> cluster.whyNoFullDisk();
            case CLOCK_JUMP -> cluster.whyNoClocks();
            default -> Optional.empty();
        };
    }

    /** Only one that was begun. */
    void heal(Fault fault) {
        String target = fault.target();
        switch (fault.kind()) {
            case KILL_WORKER, KILL_GATEWAY, KILL_COUNTER -> {
                // It is for the cluster to replace them.
            }
            case PAUSE_WORKER, PAUSE_GATEWAY, PAUSE_COUNTER -> {
                ProcessHandle process = paused.remove(fault.number());
                if (process.isAlive()) {
                    HostCluster.signal("CONT", process.pid());
                }
            }
            case KILL_AGENT, KILL_HEAD, KILL_ZOOKEEPER_SERVER, RESTART_AGENT, RESTART_HEAD ->
                cluster.startAgain(target);
            case KILL_ZOOKEEPER -> cluster.zooKeepers().keySet().forEach(cluster::startAgain);
            case PAUSE_AGENT, PAUSE_HEAD, PAUSE_ZOOKEEPER_SERVER -> cluster.resume(target);
            case CUT, CUT_ONE_WAY -> {
                cluster.network().heal(cutName(fault, 0));
                cluster.network().heal(cutName(fault, 1));
            }
            case FULL_DISK -> cluster.emptyDisk();
            case SCALE_OUT, SCALE_IN -> scale(target, ChaosPipelines.REPLICAS);
            case DRAIN_NODE -> ask(target, "undrained", () -> observer.undrain(target, ASK_TIMEOUT));
            case CLOCK_JUMP -> cluster.moveClock(target, Duration.ZERO);
        }
    }

    private void cut(Fault fault, int from, int to) {
        List<String> hosts = List.of(fault.target().split(">", -1));
        cluster.network().cut(cutName(fault, from), hosts.get(from), hosts.get(to));
    }

    private static String cutName(Fault fault, int from) {
        return "fault" + fault.number() + (from == 0 ? "a" : "b");
    }

    private Optional<String> signal(Fault fault, String signal) {
        Optional<ProcessHandle> process = worker(fault.target());
        if (process.isEmpty()) {
            return Optional.of("no worker hosts it now");
        }
        HostCluster.signal(signal, process.get().pid());
        if (signal.equals("STOP")) {
            paused.put(fault.number(), process.get());
        }
        return Optional.empty();
    }

    private Optional<ProcessHandle> worker(String target) {
        return watch.view().stream()
                .map(ClusterView::getActorsList)
                .flatMap(List::stream)
                .filter(actor ->
                        actor.getLabel().equals(target) || actor.getName().equals(target))
                .map(ActorView::getPid)
                .filter(pid -> pid > 0)
                .findFirst()
                .flatMap(ProcessHandle::of);
    }

    private void scale(String target, int replicas) {
        String[] parts = target.split("/", -1);
        ask(target, "scaled to " + replicas, () -> orrery.pipeline(parts[0]).scale(parts[1], replicas, ASK_TIMEOUT));
    }

    /** On a thread of its own, as it takes its time; asked again while the leader cannot be had. */
    private void ask(String target, String wish, Runnable request) {
        wishes.put(target, wish);
        ExecutorService thread = asking.computeIfAbsent(
                target, name -> Executors.newSingleThreadExecutor(task -> new Thread(task, "chaos-ask-" + name)));
        thread.execute(() -> {
            for (int i = 0; i < TRIES && !closed && wishes.get(target).equals(wish); i++) {
                try {
                    request.run();
                    return;
                } catch (OrreryException e) {
                    journal.note(target + " is not " + wish + ": " + e.code());
                    if (!e.code().retryable()) {
                        return;
                    }
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        paused.values().stream()
                .filter(ProcessHandle::isAlive)
                .forEach(process -> HostCluster.signal("CONT", process.pid()));
        asking.values().forEach(ExecutorService::shutdownNow);
    }
}
