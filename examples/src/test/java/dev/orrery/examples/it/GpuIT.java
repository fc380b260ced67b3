package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.WorldRef;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.WorldView;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two GPUs that only the probe of this test knows, and actors of real processes that hold them. */
class GpuIT extends ClusterScenario {
    private static final String ONE = "GPU-11111111-1111-1111-1111-111111111111";
    private static final String OTHER = "GPU-22222222-2222-2222-2222-222222222222";
    private static final String PROBE =
            """
            package dev.orrery.nccl.cuda;

            public final class ProbeMain {
                public static void main(String[] arguments) {
                    System.out.println("off no libnccl.so.2: cannot open shared object file");
                    System.out.println("gpu %s 85899345920 NVIDIA H100 80GB HBM3");
                    System.out.println("gpu %s 85899345920 NVIDIA H100 80GB HBM3");
                }
            }
            """
                    .formatted(ONE, OTHER);

    @Override
    LocalClusterOptions.Builder options() {
        return super.options()
                .nodes("node-a")
                .discoverGpus(true)
                .agent("gpu.multi-rank", "true")
                .agent("agent.worker-class-path", probe() + File.pathSeparator + System.getProperty("java.class.path"));
    }

    /** In front of Orrery's own. */
    private static Path probe() {
        try {
            Path classes = Files.createDirectories(
                    Path.of("target", "it", "GpuIT", "probe").toAbsolutePath());
            Path source = Files.writeString(classes.resolve("ProbeMain.java"), PROBE);
            int result = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-d", classes.toString(), source.toString());
            assertEquals(0, result, "compiles");
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ActorRef<Devices> start(String name, double gpus) {
        return orrery().actor(Devices::new).name(name).cpus(0.1).gpus(gpus).start();
    }

    private static String visible(ActorRef<Devices> actor) throws Exception {
        return actor.call(Devices::visible).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static List<String> gpus(ClusterView view, String label) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getLabel().equals(label))
                .filter(actor -> !actor.getState().equals("DEAD"))
                .map(ActorView::getGpusList)
                .findFirst()
                .<List<String>>map(List::copyOf)
                .orElse(List.of());
    }

    private DoesNotFitException doesNotFit(String name) {
        DoesNotFitException refused = assertThrows(DoesNotFitException.class, () -> start(name, 1));
        assertTrue(
                refused.getMessage().startsWith("actor '" + name + "' needs 0.1 cpus, 1 gpus; free: node-a "),
                refused.getMessage());
        assertTrue(refused.getMessage().contains(" cpus 0 gpus"), refused.getMessage());
        return refused;
    }

    @Test
    @Tag("full")
    void eachActorSeesAGpuOfItsOwnAndTheThirdFindsNone() throws Exception {
        ActorRef<Devices> first = start("first", 1);
        ActorRef<Devices> second = start("second", 1);
        ActorRef<Devices> without = start("without", 0);
        String firsts = visible(first);
        assertEquals(Set.of(ONE, OTHER), new TreeSet<>(List.of(firsts, visible(second))));
        assertEquals("", visible(without));
        assertEquals("1", first.call(Devices::multiRank).get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        NodeView node = cluster().observer().cluster(PATIENCE).getNodes(0);
        assertEquals(
                List.of(ONE, OTHER),
                node.getGpus().getGpusList().stream().map(Gpu::getUuid).toList());
        assertEquals(
                "no libnccl.so.2: cannot open shared object file",
                node.getGpus().getNcclOff());
        assertEquals(2, node.getTotal().getGpus());
        assertEquals(List.of(1_000L, 1_000L), node.getGpusTakenMilliList());
        doesNotFit("third");

        ProcessHandle.of(first.status().pid()).orElseThrow().destroyForcibly();
        ActorRef<Devices> next = start("next", 1);
        assertEquals(firsts, visible(next), "the one that the dead actor had");
        second.kill();
        next.kill();
        ActorRef<Devices> both = start("both", 2);
        assertEquals(ONE + "," + OTHER, visible(both));
        both.kill();
        without.kill();
    }

    /** In thousandths. */
    private void awaitTaken(long one, long other) {
        cluster()
                .await(
                        one + " and " + other + " of the GPUs to be taken",
                        view -> view.getNodes(0).getGpusTakenMilliList().equals(List.of(one, other)),
                        PATIENCE);
    }

    @Test
    void twoActorsAndTwoTasksShareADeviceAndTheOtherOneStaysWhole() throws Exception {
        ActorRef<Devices> half = start("half", 0.5);
        ActorRef<Devices> quarter = start("quarter", 0.25);
        assertEquals(ONE, visible(half));
        assertEquals(ONE, visible(quarter));
        // Each waits until the other has begun, so they are in two workers at once, and until both may go on.
        Path meeting = Files.createTempDirectory("orrery-gpu-it");
        List<ObjectRef<String>> tasks = Stream.of("first", "second")
                .map(name -> orrery().task(Devices::visibleTogether, meeting.toString(), name, 3)
                        .cpus(0.1)
                        .gpus(0.125)
                        .submit())
                .toList();
        awaitTaken(1_000, 0);
        Files.writeString(meeting.resolve("go"), "on");
        assertEquals(List.of(ONE, ONE), orrery().get(tasks, PATIENCE));

        ActorRef<Devices> whole = start("whole", 1);
        assertEquals(OTHER, visible(whole));
        DoesNotFitException refused = assertThrows(DoesNotFitException.class, () -> start("more", 0.5));
        assertTrue(
                refused.getMessage().startsWith("actor 'more' needs 0.1 cpus, 0.5 gpus; free: node-a "),
                refused.getMessage());
        half.kill();
        ActorRef<Devices> next = start("next", 0.5);
        assertEquals(ONE, visible(next));
        // The tasks' workers are given back when they have nothing to do.
        awaitTaken(750, 1_000);
        assertEquals(
                1, cluster().observer().cluster(PATIENCE).getNodes(0).getUsed().getGpus());
        assertEquals(
                750,
                cluster().observer().cluster(PATIENCE).getNodes(0).getUsed().getMilliGpu());
        OrreryException wrong = assertThrows(OrreryException.class, () -> start("wrong", 1.5));
        assertTrue(wrong.getMessage().contains("gpus 1.5: a part is of one GPU"), wrong.getMessage());
        quarter.kill();
        whole.kill();
        next.kill();
    }

    @Test
    @Tag("full")
    void aRestartedAgentAndAnotherHeadKnowWhoseTheyAre() throws Exception {
        ActorRef<Devices> first = start("lasting-1", 1);
        ActorRef<Devices> second = start("lasting-2", 1);
        String firsts = visible(first);
        String seconds = visible(second);
        cluster().killAgent("node-a");
        cluster().startAgent("node-a");
        cluster().killHead();
        cluster().startHead();
        ClusterView view = cluster()
                .await(
                        "the node to report to the next head",
                        now -> now.getNodesList().stream().allMatch(node -> node.getWorkers() == 2),
                        PATIENCE);
        assertEquals(List.of(firsts), gpus(view, "lasting-1"));
        assertEquals(List.of(seconds), gpus(view, "lasting-2"));
        doesNotFit("another");
        first.kill();
        ActorRef<Devices> next = start("next", 1);
        assertEquals(firsts, visible(next));
        assertEquals(seconds, visible(second));
        next.kill();
        second.kill();
    }

    @Test
    void aKilledReplicaOfAStageGetsAGpuAgain() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("on-gpus")
                .stage("encode", Stages.pass(), s -> s.cpus(0.1).gpus(1).replicas(2))
                .build());
        awaitRunning(pipeline);
        List<String> before = gpus(cluster().observer().cluster(PATIENCE), "on-gpus/encode-1");
        assertEquals(1, before.size());
        long incarnation = incarnation(pipeline, "encode-1");
        cluster().killWorker(pipeline.name(), "encode-1");
        awaitReplaced(pipeline, "encode-1", incarnation);
        assertEquals(before, gpus(cluster().observer().cluster(PATIENCE), "on-gpus/encode-1"));
        for (WorldView world : cluster().observer().cluster(PATIENCE).getWorldsList()) {
            assertEquals(Backend.HOST, world.getBackend());
            assertTrue(world.getBackendReason().contains("(on-gpus/gateway) on node-a holds no GPU"), world::toString);
        }
        pipeline.undeploy();
    }

    @Test
    void worldsOfGpusAreOfHostAndSayWhyWhereNcclIsOff() throws Exception {
        ActorRef<Devices> first = start("rank-0", 1);
        ActorRef<Devices> second = start("rank-1", 1);
        String why = "NCCL is off on node-a, where rank 0 (rank-0) is: no libnccl.so.2: cannot open shared object file";
        try (WorldRef pair = orrery().world("pair").members(first, second).form()) {
            WorldView view = cluster().observer().cluster(PATIENCE).getWorlds(0);
            assertEquals(pair.name(), view.getName());
            assertEquals(Backend.HOST, view.getBackend());
            assertEquals(why, view.getBackendReason());
        }
        OrreryException refused = assertThrows(OrreryException.class, () -> orrery().world("pair")
                .members(first, second)
                .backend(dev.orrery.world.Backend.NCCL)
                .form());
        assertEquals(ErrorCode.UNSUPPORTED, refused.code());
        assertTrue(refused.getMessage().contains("world 'pair' cannot be of NCCL: " + why), refused.getMessage());
        first.kill();
        second.kill();
    }
}
