package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.WorldRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.WorldView;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stages that hand over from GPU to GPU, emulated ones, while workers die. */
class NcclPipelineIT extends ClusterScenario {
    private static final int RATE = 60;
    private static final int GPUS_OF_A_NODE = 4;

    private PipelineRef pipeline;

    @Override
    LocalClusterOptions.Builder options() {
        return EmulatedGpus.offer(super.options());
    }

    @Override
    Pattern expectedErrors() {
        return Pattern.compile("this process has to end: abort|failed: abort");
    }

    @BeforeAll
    void deploy() throws IOException {
        EmulatedGpus.switchTo();
        pipeline = orrery().deploy(Pipeline.named("gpus")
                .stage("first", Stages.appendOnGpu("a", 5), s -> s.cpus(0.1)
                        .gpus(1)
                        .replicas(1, 2))
                .stage("middle", Stages.appendOnGpu("b", 5), s -> s.cpus(0.1)
                        .gpus(1)
                        .replicas(2, 3))
                .stage("last", Stages.appendOnGpu("c", 5), s -> s.cpus(0.1)
                        .gpus(1)
                        .replicas(1, 2))
                .restarts(50, Duration.ofMinutes(10))
                .build());
    }

    @AfterEach
    void healAll() throws IOException {
        EmulatedGpus.switchTo();
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    private ClusterView view() {
        return cluster().observer().cluster(PATIENCE);
    }

    private long ready(Backend backend) {
        return view().getWorldsList().stream()
                .filter(world -> world.getState().equals("READY") && world.getBackend() == backend)
                .count();
    }

    /** The number by which the emulation knows the GPU of a replica. */
    private int gpuOf(String replica) {
        ClusterView view = view();
        ActorView actor = view.getActorsList().stream()
                .filter(candidate -> candidate.getLabel().equals("gpus/" + replica))
                .findFirst()
                .orElseThrow();
        NodeView node = view.getNodesList().stream()
                .filter(candidate -> candidate.getName().equals(actor.getNode()))
                .findFirst()
                .orElseThrow();
        int index = node.getGpus().getGpusList().stream()
                .filter(gpu -> gpu.getUuid().equals(actor.getGpus(0)))
                .map(Gpu::getIndex)
                .findFirst()
                .orElseThrow();
        return node.getName().equals("node-a") ? index : GPUS_OF_A_NODE + index;
    }

    @Test
    void edgesBetweenGpusAreOfNcclAndOthersOfHost() throws Exception {
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            TimeUnit.MILLISECONDS.sleep(500);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(4, ready(Backend.NCCL));
        assertEquals(2, ready(Backend.HOST));
        List<WorldView> worlds = view().getWorldsList().stream()
                .filter(world -> world.getBackend() == Backend.NCCL)
                .toList();
        assertTrue(worlds.stream().allMatch(world -> world.getTransportsList().stream()
                .allMatch(member -> member.getTransportsList().contains("NCCL"))));
    }

    @Test
    void aWorkerWithAGpuIsKilledWithRequestsInFlight() throws Exception {
        for (String victim : List.of("middle-1", "first-1")) {
            long incarnation = incarnation(pipeline, victim);
            try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
                awaitInFlight(pipeline, victim);
                cluster().killWorker(pipeline.name(), victim);
                awaitReplaced(pipeline, victim, incarnation);
                load.finishAndExpectEachAnsweredOnce();
            }
            assertEquals(4, ready(Backend.NCCL));
        }
    }

    /** NCCL never comes back from giving up the world that broke: its process ends, and another one takes its place. */
    @Test
    @Tag("full")
    void aHungAbortEndsInAReplacedWorkerAndNothingIsLost() throws Exception {
        long killed = incarnation(pipeline, "middle-2");
        long hung = incarnation(pipeline, "last-1");
        EmulatedGpus.switchTo("HANGING_ABORT@" + gpuOf("last-1") + "=1");
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            awaitInFlight(pipeline, "middle-2");
            cluster().killWorker(pipeline.name(), "middle-2");
            awaitReplaced(pipeline, "middle-2", killed);
            cluster()
                    .await(
                            "last-1 to be replaced for its hung abort",
                            view -> incarnation(pipeline, "last-1") > hung,
                            PATIENCE);
            EmulatedGpus.switchTo();
            awaitReplaced(pipeline, "last-1", hung);
            load.finishAndExpectEachAnsweredOnce();
        }
        ActorView replaced = view().getActorsList().stream()
                .filter(actor -> actor.getLabel().equals("gpus/last-1"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                replaced.getCausesList().stream()
                        .anyMatch(cause -> cause.getKind().equals("abort")
                                && cause.getMessage().contains("NCCL did not give up the group of world")),
                replaced.getCausesList()::toString);
    }

    @Test
    @Tag("full")
    void actorsReduceOnTheirGpus() throws Exception {
        ActorRef<GpuMember> one =
                orrery().actor(GpuMember::new).name("one").cpus(0.1).gpus(1).start();
        ActorRef<GpuMember> two =
                orrery().actor(GpuMember::new).name("two").cpus(0.1).gpus(1).start();
        try (WorldRef pair = orrery().world("pair")
                .members(one, two)
                .backend(dev.orrery.world.Backend.NCCL)
                .form()) {
            assertEquals(1, one.call(GpuMember::devices).get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            CompletableFuture<Tensor> here = one.call(GpuMember::sum, pair.name(), 1.5f);
            CompletableFuture<Tensor> there = two.call(GpuMember::sum, pair.name(), 2f);
            for (CompletableFuture<Tensor> sum : List.of(here, there)) {
                try (Tensor value = sum.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    assertEquals(3.5f, value.getFloat(0));
                }
            }
        } finally {
            one.kill();
            two.kill();
        }
    }
}
