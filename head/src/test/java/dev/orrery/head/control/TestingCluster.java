package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DescribePipelineRequest;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ReplicaView;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.proto.UndrainNodeRequest;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A whole cluster that moves by steps of 50 ms: one leading head at a time, a store, nodes with their workers. */
final class TestingCluster {
    static final Duration STEP = Duration.ofMillis(50);

    final TestingStore store = new TestingStore();
    final Map<String, TestingAgent> nodes = new TreeMap<>();
    final TestingWorlds network = new TestingWorlds(this::worker);
    final List<ArtifactRef> missing = new ArrayList<>();
    /** Leaders that were replaced and do not know it yet. */
    private final List<TestingHead> zombies = new ArrayList<>();

    private Consumer<TestingWorker> onLaunch = worker -> {};
    private Supplier<ClusterStore> terms = store::lead;
    private Settings settings = Settings.defaults();
    private int restlessPerTick = 64;
    private int othersPerTick = 16;
    private TestingHead head;
    private long now = 1_000_000_000L;
    private int operations;
    int leaders;

    /** One head's process. */
    private record TestingHead(ControlPlane control, TestingThread thread) {}

    TestingCluster onLaunch(Consumer<TestingWorker> what) {
        onLaunch = what;
        return this;
    }

    /** @param takeOver a new leader's store, instead of the one in memory */
    TestingCluster terms(Supplier<ClusterStore> takeOver) {
        terms = takeOver;
        return this;
    }

    /** Leaders look at what they have heard something new of, and at nothing else unless time may have come for it. */
    TestingCluster inattentive() {
        restlessPerTick = 1;
        othersPerTick = 0;
        return this;
    }

    /** So long the leader waits for each of its commits from now on, while agents and workers go on. */
    void commitsTake(Duration time) {
        store.fates(commit -> {
            for (long end = now + time.toNanos(); now < end; now += STEP.toNanos()) {
                nodes.values().forEach(agent -> agent.step(network));
            }
            return TestingStore.Fate.DONE;
        });
    }

    TestingCluster settings(Settings changed) {
        settings = changed;
        return this;
    }

    TestingCluster node(String name, long milliCpus) {
        return node(name, milliCpus, 0);
    }

    TestingCluster node(String name, long milliCpus, int gpus) {
        nodes.put(name, new TestingAgent(name, milliCpus, gpus, worker -> onLaunch.accept(worker)));
        return this;
    }

    /** Another head takes over at once; the one before goes on until it is fenced. */
    void changeLeader() {
        if (head != null) {
            zombies.add(head);
        }
        elect();
    }

    /** The leader's process ends and another head takes over. */
    void crashLeader() {
        elect();
    }

    private void elect() {
        leaders++;
        TestingThread thread = new TestingThread();
        String name = "head-" + leaders;
        ControlPlane control = new ControlPlane(
                ControlOptions.of(settings).withPerTick(restlessPerTick, othersPerTick),
                new HeadIdentity(name, new HostPort(name, 6400)),
                () -> now,
                new TestingArtifacts(missing),
                () -> new KnownLeader(Optional.empty(), Optional.empty()),
                thread);
        control.start();
        head = new TestingHead(control, thread);
        nodes.values().forEach(TestingAgent::hangUp);
        control.elected(terms.get());
    }

    ControlPlane control() {
        return head.control();
    }

    long nowNanos() {
        return now;
    }

    void step() {
        now += STEP.toNanos();
        for (TestingAgent agent : nodes.values()) {
            if (!agent.down && !agent.hostDown && !agent.isConnectedTo(head.control())) {
                agent.dial(head.control());
            }
            agent.step(network);
        }
        zombies.forEach(zombie -> zombie.thread().tick());
        turn(() -> head.thread().tick());
    }

    /** Lets the leader's thread go on, unless its process ends there. */
    private void turn(Runnable then) {
        try {
            head.thread().run();
            then.run();
        } catch (TestingStore.Crash crash) {
            crashLeader();
        }
    }

    /** Time goes by; nobody does anything. */
    void pass(Duration time) {
        now += time.toNanos();
    }

    /** The leader does what is due before it listens to what the nodes said meanwhile. */
    void tickFirst() {
        turn(() -> {});
        head.thread().tick();
    }

    void advance(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= STEP.toNanos()) {
            step();
        }
    }

    void await(String what, Duration limit, BooleanSupplier condition) {
        for (long left = limit.toNanos(); left > 0; left -= STEP.toNanos()) {
            if (condition.getAsBoolean()) {
                return;
            }
            step();
        }
        assertTrue(condition.getAsBoolean(), () -> what + " did not happen within " + limit + ":\n" + describe());
    }

    /** The answer to a client's call; the control thread gets a step to give it. */
    <T> T get(CompletableFuture<T> answer) {
        turn(() -> {});
        assertTrue(answer.isDone(), "no answer yet");
        return answer.join();
    }

    /** As a client does: the same operation again until a leader answers. */
    private <T> void insist(Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> answer = call.get();
        for (int i = 0; i < 400; i++) {
            turn(() -> {});
            if (answer.isDone() && !answer.isCompletedExceptionally()) {
                return;
            }
            boolean anew = answer.isDone() && isRetryable(answer);
            assertTrue(!answer.isDone() || anew, answer.toString());
            if (anew || i % 20 == 19) {
                answer = call.get();
            }
            step();
        }
        throw new AssertionError("no leader answered");
    }

    private static boolean isRetryable(CompletableFuture<?> answer) {
        return answer.handle((value, failure) -> unwrap(failure) instanceof OrreryException error
                        && (error.code() == ErrorCode.NOT_LEADER || error.code() == ErrorCode.STORE_UNAVAILABLE))
                .join();
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    void deploy(PipelineSpec spec) {
        DeployRequest request = DeployRequest.newBuilder()
                .setOperation(operation())
                .setPipeline(spec)
                .build();
        insist(() -> control().deploy(request));
    }

    void scale(String pipeline, String stage, int replicas) {
        ScaleRequest request = ScaleRequest.newBuilder()
                .setOperation(operation())
                .setPipeline(pipeline)
                .setStage(stage)
                .setReplicas(replicas)
                .build();
        insist(() -> control().scale(request));
    }

    void undeploy(String pipeline) {
        UndeployRequest request = UndeployRequest.newBuilder()
                .setOperation(operation())
                .setPipeline(pipeline)
                .build();
        // A client takes NOT_FOUND for "gone" when it asks again.
        boolean[] asked = new boolean[1];
        insist(() -> {
            CompletableFuture<?> answer = control().undeploy(request);
            boolean again = asked[0];
            asked[0] = true;
            return answer.handle((value, failure) -> {
                if (failure instanceof OrreryException error && !(again && error.code() == ErrorCode.NOT_FOUND)) {
                    throw error;
                }
                return true;
            });
        });
    }

    void drain(String node) {
        DrainNodeRequest request = DrainNodeRequest.newBuilder()
                .setOperation(operation())
                .setNode(node)
                .build();
        insist(() -> control().drainNode(request));
    }

    void undrain(String node) {
        UndrainNodeRequest request = UndrainNodeRequest.newBuilder()
                .setOperation(operation())
                .setNode(node)
                .build();
        insist(() -> control().undrainNode(request));
    }

    String operation() {
        operations++;
        return "op-" + operations;
    }

    PipelineView pipeline(String name) {
        return get(control()
                .describePipeline(
                        DescribePipelineRequest.newBuilder().setPipeline(name).build()));
    }

    ClusterView describe() {
        return get(control().describeCluster());
    }

    ReplicaView replica(String pipeline, String name) {
        return pipeline(pipeline).getStagesList().stream()
                .flatMap(stage -> stage.getReplicasList().stream())
                .filter(replica -> replica.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void awaitState(String pipeline, String state) {
        await(pipeline + " " + state, Duration.ofSeconds(60), () -> pipeline(pipeline)
                .getState()
                .equals(state));
    }

    void awaitRunning(String pipeline) {
        awaitState(pipeline, "RUNNING");
        assertConverged(pipeline);
    }

    Optional<TestingWorker> worker(ActorLife life) {
        return nodes.values().stream()
                .flatMap(agent -> Optional.ofNullable(agent.workers.get(life)).stream())
                .findFirst();
    }

    List<TestingWorker> running() {
        return nodes.values().stream()
                .flatMap(agent -> agent.workers.values().stream())
                .filter(TestingWorker::runs)
                .toList();
    }

    TestingWorker workerOf(String label) {
        return running().stream()
                .filter(worker -> worker.label.equals(label))
                .findFirst()
                .orElseThrow();
    }

    void kill(String label) {
        workerOf(label).exit("signal", "9 (SIGKILL)");
    }

    int launches() {
        return nodes.values().stream().mapToInt(agent -> agent.launches).sum();
    }

    /** Everything is as wanted, at every place that knows of it. */
    void assertConverged(String... pipelines) {
        advance(Duration.ofSeconds(2));
        TestingConvergence.check(this, List.of(pipelines));
    }
}
