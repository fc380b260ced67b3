package dev.orrery.head.control;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens for a while: once it stops, everything is as wanted. */
class ChaosTest {
    private static final List<Fate> FATES = List.of(Fate.values());
    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(2);

    static LongStream seeds() {
        String given = System.getProperty("orrery.seed");
        return given == null
                ? LongStream.rangeClosed(1, Long.getLong("orrery.seeds", 30))
                : LongStream.of(Long.parseLong(given));
    }

    private static PipelineSpec spec(String name) {
        return TestingPipelines.embed(2, 2).toBuilder()
                .setName(name)
                .setPolicy(PipelinePolicy.newBuilder().setMaxRestarts(10_000).setDrainDeadlineMillis(3_000))
                .build();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void settlesAfterAnything(long seed) {
        Random random = new Random(seed);
        TestingCluster cluster = (seed % 2 == 0 ? new TestingCluster() : new TestingCluster().inattentive())
                .settings(Settings.of(Duration.ofMillis(700), Duration.ofMillis(1500), Duration.ofSeconds(5)))
                .node("node-a", 16_000)
                .node("node-b", 16_000)
                .node("node-c", 16_000)
                .onLaunch(worker -> {
                    worker.stepsToOpen = random.nextInt(4);
                    worker.stepsToFinishRequests = random.nextInt(8);
                });
        cluster.network.doomed(world -> random.nextInt(20) == 0);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        cluster.deploy(spec("one"));
        cluster.deploy(spec("two"));
        for (int i = 0; i < 250; i++) {
            disturb(cluster, random);
            cluster.step();
        }
        calm(cluster);
        cluster.await("settled", SETTLES_WITHIN, () -> List.of("one", "two").stream()
                .allMatch(name -> cluster.pipeline(name).getState().equals("RUNNING")));
        cluster.assertConverged("one", "two");
    }

    private static void disturb(TestingCluster cluster, Random random) {
        List<TestingAgent> agents = List.copyOf(cluster.nodes.values());
        TestingAgent agent = agents.get(random.nextInt(agents.size()));
        List<TestingWorker> running = cluster.running();
        switch (random.nextInt(40)) {
            case 0, 1, 2 ->
                running.stream()
                        .skip(running.isEmpty() ? 0 : random.nextInt(running.size()))
                        .findFirst()
                        .ifPresent(worker -> worker.exit("exit", "1"));
            case 3 -> cluster.changeLeader();
            case 4 -> cluster.crashLeader();
            case 5 -> agent.down = true;
            case 6, 7 -> {
                if (!agent.hostDown) {
                    agent.restartAgent();
                }
            }
            case 8 -> {
                if (random.nextInt(4) == 0) {
                    agent.killHost();
                }
            }
            case 9, 10 -> {
                if (agent.hostDown) {
                    agent.startHost();
                }
            }
            case 11, 12 ->
                running.stream()
                        .flatMap(worker -> worker.worlds.keySet().stream())
                        .findAny()
                        .ifPresent(cluster.network::breakWorld);
            case 13 ->
                cluster.scale(
                        random.nextBoolean() ? "one" : "two",
                        random.nextBoolean() ? "front" : "back",
                        1 + random.nextInt(4));
            case 14 ->
                cluster.store.fates(
                        commit -> random.nextInt(4) == 0 ? FATES.get(random.nextInt(FATES.size())) : Fate.DONE);
            case 17 -> cluster.drain(agent.node);
            case 18 -> cluster.undrain(agent.node);
            case 15, 16 -> cluster.store.fates(commit -> Fate.DONE);
            default -> {}
        }
    }

    private static void calm(TestingCluster cluster) {
        cluster.network.doomed(world -> false);
        cluster.store.fates(commit -> Fate.DONE);
        cluster.nodes.keySet().forEach(cluster::undrain);
        for (TestingAgent agent : cluster.nodes.values()) {
            if (agent.hostDown) {
                agent.startHost();
            } else if (agent.down) {
                agent.restartAgent();
            }
        }
    }
}
