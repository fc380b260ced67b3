package dev.orrery.examples.demo;

import dev.orrery.PipelineRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.embed.EmbedPipeline;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.GatewayEvent;
import dev.orrery.internal.proto.GatewayReplica;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.PipelineView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** What happens to the cluster while requests flow, one thing after another; each is over before the next begins. */
final class Faults {
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STATUS_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(1_500);
    private static final Duration POLL = Duration.ofMillis(2);

    /** A kill can miss by a hair: the request on the worker may be answered while the signal is on its way. */
    private static final int MOST_KILLS = 3;

    private final LocalCluster cluster;
    private final PipelineRef pipeline;
    private final long startNanos;
    private final Consumer<String> tell;
    private final List<DemoReport.Event> events = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private long replayed;

    Faults(LocalCluster cluster, PipelineRef pipeline, long startNanos, Consumer<String> tell) {
        this.cluster = cluster;
        this.pipeline = pipeline;
        this.startNanos = startNanos;
        this.tell = tell;
    }

    void play() {
        pause();
        for (int kills = 0; kills < MOST_KILLS && replayed == 0; kills++) {
            killBusyWorker();
            pause();
        }
        scale("scaled-out", EmbedPipeline.FRONT, 2);
        pause();
        scale("scaled-out", EmbedPipeline.BACK, 3);
        pause();
        scale("scaled-in", EmbedPipeline.BACK, 2);
        pause();
        Map<String, Long> workers = workers();
        restartAgent();
        expectSameWorkers("the agent's death", workers);
        pause();
        replaceHead();
        expectSameWorkers("the head's death", workers);
    }

    List<DemoReport.Event> events() {
        return List.copyOf(events);
    }

    /** Promises that did not hold, in words. */
    List<String> broken() {
        return List.copyOf(broken);
    }

    private void killBusyWorker() {
        long eventsBefore = lastEvent();
        long replayedBefore = status().getReplayed();
        Map<String, Long> pids = pidsOf(EmbedPipeline.BACK);
        GatewayReplica victim = awaitBusyReplica();
        long killed = System.nanoTime();
        long pid = kill(victim, pids);
        tell.accept("kill -9 " + victim.getReplica() + " (pid " + pid + ") with " + victim.getInFlight()
                + " requests in flight");
        GatewayEvent removed = awaitRemoval(victim, eventsBefore);
        cluster.await(
                victim.getReplica() + " to be replaced",
                view -> serving(view, victim.getStage()) >= 2
                        && incarnation(view, victim) > victim.getLife().getIncarnation(),
                STEP_TIMEOUT);
        long replaced = System.nanoTime();
        // Not only what the removal itself replayed: a neighbour may have told of a broken world before.
        long replayedNow = status().getReplayed() - replayedBefore;
        replayed += replayedNow;
        double detectedMs = DemoReport.millis(removed.getMonotonicNanos() - killed);
        double replacedMs = DemoReport.millis(replaced - killed);
        events.add(
                new DemoReport.Event("worker-killed", victim.getReplica(), at(killed), detectedMs, replacedMs, null));
        tell.accept(String.format(
                Locale.ROOT,
                "%s gone after %.1f ms, %d requests replayed, replaced after %.0f ms",
                victim.getReplica(),
                detectedMs,
                replayedNow,
                replacedMs));
    }

    private GatewayReplica awaitBusyReplica() {
        long end = System.nanoTime() + STEP_TIMEOUT.toNanos();
        while (System.nanoTime() < end) {
            GatewayStatus status = status();
            Optional<GatewayReplica> busy = status.getReplicasList().stream()
                    .filter(replica -> replica.getStage().equals(EmbedPipeline.BACK) && replica.getInFlight() > 0)
                    .findFirst();
            if (busy.isPresent()) {
                return busy.get();
            }
            LockSupport.parkNanos(POLL.toNanos() / 4);
        }
        throw OrreryException.of(ErrorCode.DEADLINE_EXCEEDED, "no replica of encode-back was ever seen busy");
    }

    /** The pids were asked before, so that nothing but the signal lies between seeing a busy replica and killing it. */
    private static long kill(GatewayReplica victim, Map<String, Long> pids) {
        long pid = pids.getOrDefault(victim.getReplica(), 0L);
        ProcessHandle process = ProcessHandle.of(pid)
                .orElseThrow(() ->
                        OrreryException.of(ErrorCode.NOT_FOUND, "no process " + pid + " for " + victim.getReplica()));
        process.destroyForcibly();
        return pid;
    }

    private Map<String, Long> pidsOf(String stage) {
        Map<String, Long> found = new TreeMap<>();
        view().getStagesList().stream()
                .filter(candidate -> candidate.getName().equals(stage))
                .flatMap(candidate -> candidate.getReplicasList().stream())
                .forEach(replica -> found.put(replica.getName(), replica.getPid()));
        return found;
    }

    private GatewayEvent awaitRemoval(GatewayReplica victim, long eventsBefore) {
        long end = System.nanoTime() + STEP_TIMEOUT.toNanos();
        while (System.nanoTime() < end) {
            GatewayStatus status = cluster.observer().gateway(pipeline.name(), eventsBefore, STATUS_TIMEOUT);
            for (GatewayEvent event : status.getEventsList()) {
                if (event.getKind().equals("REPLICA_REMOVED") && event.getLife().equals(victim.getLife())) {
                    return event;
                }
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        throw OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED, "the gateway did not notice the death of " + victim.getReplica());
    }

    private void scale(String kind, String stage, int replicas) {
        long begun = System.nanoTime();
        tell.accept("scale " + stage + " to " + replicas);
        pipeline.scale(stage, replicas, STEP_TIMEOUT);
        done(kind, stage + " to " + replicas, begun);
    }

    private void restartAgent() {
        String node = view().getStagesList().stream()
                .filter(stage -> stage.getName().equals(EmbedPipeline.BACK))
                .map(stage -> stage.getReplicas(0).getNode())
                .findFirst()
                .orElseThrow();
        String before = agentInstance(cluster.observer().cluster(STATUS_TIMEOUT), node);
        long begun = System.nanoTime();
        tell.accept("kill -9 the agent of " + node + " and start it again");
        cluster.killAgent(node);
        cluster.startAgent(node);
        cluster.await(
                "the new agent of " + node + " to adopt its workers",
                view -> !agentInstance(view, node).equals(before)
                        && view.getActorsList().stream().allMatch(actor -> actor.getPid() > 0)
                        && isAlive(view, node)
                        && isRunning(view),
                STEP_TIMEOUT);
        done("agent-restarted", node, begun);
    }

    private void replaceHead() {
        long epoch = cluster.observer().cluster(STATUS_TIMEOUT).getEpoch();
        long begun = System.nanoTime();
        tell.accept("kill -9 the head and start another one");
        cluster.killHead();
        String head = cluster.startHead();
        cluster.await(
                head + " to lead, with all nodes reporting",
                view -> view.getEpoch() > epoch
                        && view.getActorsList().stream().allMatch(actor -> actor.getPid() > 0)
                        && view.getNodesList().stream()
                                .allMatch(node -> node.getState().equals("ALIVE"))
                        && isRunning(view),
                STEP_TIMEOUT);
        done("head-replaced", head, begun);
    }

    private void done(String kind, String what, long begun) {
        double took = DemoReport.millis(System.nanoTime() - begun);
        events.add(new DemoReport.Event(kind, what, at(begun), null, null, took));
        tell.accept(String.format(Locale.ROOT, "%s: %s after %.0f ms", kind, what, took));
    }

    private void expectSameWorkers(String after, Map<String, Long> before) {
        Map<String, Long> now = workers();
        if (!now.equals(before)) {
            broken.add(after + " changed the workers: " + before + " became " + now);
        }
    }

    private Map<String, Long> workers() {
        Map<String, Long> workers = new TreeMap<>();
        for (ActorView actor : cluster.observer().cluster(STATUS_TIMEOUT).getActorsList()) {
            workers.put(actor.getLabel(), actor.getPid());
        }
        return workers;
    }

    private PipelineView view() {
        return pipelineIn(cluster.observer().cluster(STATUS_TIMEOUT));
    }

    private PipelineView pipelineIn(ClusterView view) {
        return ClusterObserver.pipelineIn(view, pipeline.name());
    }

    private boolean isRunning(ClusterView view) {
        return pipelineIn(view).getState().equals("RUNNING");
    }

    private int serving(ClusterView view, String stage) {
        return pipelineIn(view).getStagesList().stream()
                .filter(candidate -> candidate.getName().equals(stage))
                .mapToInt(candidate -> candidate.getServing())
                .sum();
    }

    private long incarnation(ClusterView view, GatewayReplica victim) {
        return pipelineIn(view).getStagesList().stream()
                .flatMap(stage -> stage.getReplicasList().stream())
                .filter(replica -> replica.getName().equals(victim.getReplica()))
                .mapToLong(replica -> replica.getLife().getIncarnation())
                .findFirst()
                .orElse(0);
    }

    private static boolean isAlive(ClusterView view, String node) {
        return view.getNodesList().stream()
                .anyMatch(candidate ->
                        candidate.getName().equals(node) && candidate.getState().equals("ALIVE"));
    }

    private static String agentInstance(ClusterView view, String node) {
        return view.getNodesList().stream()
                .filter(candidate -> candidate.getName().equals(node))
                .map(candidate -> candidate.getAgentInstance())
                .findFirst()
                .orElse("");
    }

    private GatewayStatus status() {
        return cluster.observer().gateway(pipeline.name(), Long.MAX_VALUE, STATUS_TIMEOUT);
    }

    private long lastEvent() {
        return cluster.observer().gateway(pipeline.name(), 0, STATUS_TIMEOUT).getEventsList().stream()
                .mapToLong(GatewayEvent::getNumber)
                .max()
                .orElse(0);
    }

    private double at(long nanos) {
        return DemoReport.millis(nanos - startNanos);
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }
}
