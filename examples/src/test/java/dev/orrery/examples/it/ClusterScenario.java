package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.PipelineRef;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.WorldView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * A test over a local cluster of real processes. When it ends nothing may be left: no pipeline, no world, no process; and
 * no log of a head, an agent or a worker may hold an unexpected error.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class ClusterScenario {
    static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Pattern ERROR_LINE = Pattern.compile("^\\S+ ERROR .*");

    private LocalCluster cluster;

    LocalClusterOptions.Builder options() {
        // A scenario takes the processors for its own; those that are about warm workers ask for them.
        return LocalClusterOptions.builder()
                .cpusPerNode(8)
                .agent("agent.warm-workers", "0")
                .agent("agent.class-archive", "false");
    }

    /** Error lines that the scenario provokes. */
    Pattern expectedErrors() {
        return Pattern.compile("(?!)");
    }

    @BeforeAll
    final void startCluster() throws IOException {
        Path folder = Files.createDirectories(
                Path.of("target", "it", getClass().getSimpleName()).toAbsolutePath());
        Path fresh = Files.createTempDirectory(folder, "cluster-");
        cluster = LocalCluster.start(options().directory(fresh).build());
    }

    @AfterAll
    final void nothingIsLeft() throws IOException {
        if (cluster == null) {
            return;
        }
        ClusterView last;
        try {
            last = cluster.observer().cluster(PATIENCE);
        } finally {
            // Also where no head is left to ask.
            cluster.close();
        }
        assertEquals(List.of(), cluster.leaked(), "processes left behind");
        assertEquals(0, last.getPipelinesCount(), "pipelines left: " + last);
        assertEquals(0, last.getWorldsCount(), "worlds left: " + last);
        assertEquals(List.of(), unexpectedErrors(), "errors in logs below " + cluster.directory());
    }

    private List<String> unexpectedErrors() throws IOException {
        List<Path> logs;
        try (Stream<Path> walk = Files.walk(cluster.directory())) {
            logs = walk.filter(path -> path.toString().endsWith(".log")).toList();
        }
        List<String> errors = new java.util.ArrayList<>();
        for (Path log : logs) {
            try (Stream<String> lines = Files.lines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
                lines.filter(line -> ERROR_LINE.matcher(line).matches())
                        .filter(line -> !expectedErrors().matcher(line).find())
                        .map(line -> log.getFileName() + ": " + line)
                        .forEach(errors::add);
            }
        }
        return errors;
    }

    LocalCluster cluster() {
        return cluster;
    }

    Orrery orrery() {
        return cluster.client();
    }

    PipelineView view(PipelineRef pipeline) {
        return ClusterObserver.pipelineIn(cluster.observer().cluster(PATIENCE), pipeline.name());
    }

    void awaitRunning(PipelineRef pipeline) {
        cluster.await(pipeline.name() + " to be RUNNING", view -> isRunning(view, pipeline), PATIENCE);
    }

    /** Waits until the actor has been started more often than before, and its pipeline is RUNNING. */
    void awaitReplaced(PipelineRef pipeline, String replica, long incarnationBefore) {
        cluster.await(
                replica + " to be replaced",
                view -> incarnation(view, pipeline.name() + "/" + replica) > incarnationBefore
                        && isRunning(view, pipeline),
                PATIENCE);
    }

    static boolean isRunning(ClusterView view, PipelineRef pipeline) {
        return ClusterObserver.pipelineIn(view, pipeline.name()).getState().equals("RUNNING");
    }

    /** Waits until a process has been started ahead for the next worker. */
    void awaitWarm() {
        cluster.await(
                "a warm worker",
                view -> view.getNodesList().stream().anyMatch(node -> node.getWarmWorkers() > 0),
                PATIENCE);
    }

    long incarnation(PipelineRef pipeline, String replica) {
        return incarnation(cluster.observer().cluster(PATIENCE), pipeline.name() + "/" + replica);
    }

    private static long incarnation(ClusterView view, String label) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getLabel().equals(label))
                .mapToLong(actor -> actor.getLife().getIncarnation())
                .findFirst()
                .orElse(0);
    }

    Map<String, Long> workerPids() {
        Map<String, Long> pids = new TreeMap<>();
        for (ActorView actor : cluster.observer().cluster(PATIENCE).getActorsList()) {
            pids.put(actor.getLabel(), actor.getPid());
        }
        return pids;
    }

    Set<Long> worldIds() {
        return cluster.observer().cluster(PATIENCE).getWorldsList().stream()
                .map(WorldView::getId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    GatewayStatus gateway(PipelineRef pipeline) {
        return cluster.observer().gateway(pipeline.name(), 0, PATIENCE);
    }

    void awaitInFlight(PipelineRef pipeline, String replica) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            boolean busy = gateway(pipeline).getReplicasList().stream()
                    .anyMatch(candidate -> candidate.getReplica().equals(replica) && candidate.getInFlight() > 0);
            if (busy) {
                return;
            }
        }
        throw new AssertionError(replica + " never had a request in flight");
    }

    static <T> T get(CompletableFuture<T> call) throws Exception {
        return call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static OrreryException error(CompletableFuture<?> call) throws InterruptedException, TimeoutException {
        try {
            call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return assertInstanceOf(OrreryException.class, e.getCause());
        }
        throw new AssertionError("it did not fail");
    }

    static void kill(ActorRef<?> actor) {
        ProcessHandle.of(actor.status().pid()).orElseThrow().destroyForcibly();
    }
}
