package dev.orrery.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorldView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the command line shows of GPUs. */
class ListingsTest {
    private static Gpu gpu(int index, String uuid) {
        return Gpu.newBuilder()
                .setIndex(index)
                .setUuid(uuid)
                .setName("H100")
                .setMemoryBytes(80_000)
                .build();
    }

    private static Map<String, Object> node(NodeGpus gpus, Integer... taken) {
        return new NodesCommand()
                .rows(ClusterView.newBuilder()
                        .addNodes(NodeView.newBuilder()
                                .setTotal(Resources.newBuilder().setGpus(4))
                                .setGpus(gpus)
                                .addAllGpusTaken(List.of(taken)))
                        .build())
                .get(0)
                .all();
    }

    @Test
    void aNodesGpusAreShownByKindAndInJsonOneByOne() {
        Map<String, Object> row = node(
                NodeGpus.newBuilder()
                        .addGpus(gpu(0, "GPU-a"))
                        .addGpus(gpu(1, "GPU-b"))
                        .setShare(2)
                        .setNcclVersion(23_007)
                        .build(),
                1,
                0);
        assertEquals(4, row.get("gpus"));
        assertEquals("2 × H100", row.get("gpu_kind"));
        assertEquals("NCCL 2.30.7", row.get("nccl"));
        assertEquals(
                List.of(
                        Map.of(
                                "index",
                                0,
                                "uuid",
                                "GPU-a",
                                "name",
                                "H100",
                                "memory_bytes",
                                80_000L,
                                "share",
                                2,
                                "taken",
                                1),
                        Map.of(
                                "index",
                                1,
                                "uuid",
                                "GPU-b",
                                "name",
                                "H100",
                                "memory_bytes",
                                80_000L,
                                "share",
                                2,
                                "taken",
                                0)),
                row.get("gpu_devices"));
    }

    @Test
    void whyNcclIsOffIsShown() {
        Map<String, Object> row = node(NodeGpus.newBuilder()
                .setNcclOff("no libcudart.so.13: cannot open shared object file")
                .build());
        assertEquals("NCCL off: no libcudart.so.13: cannot open shared object file", row.get("nccl"));
        assertEquals("", row.get("gpu_kind"));
        assertEquals(List.of(), row.get("gpu_devices"));
        assertEquals(
                "NCCL off: its agent does not tell why",
                node(NodeGpus.getDefaultInstance()).get("nccl"));
    }

    @Test
    void anActorsGpusAndAWorldsBackendAreShown() {
        ClusterView view = ClusterView.newBuilder()
                .addActors(ActorView.newBuilder().addGpus("GPU-a").addGpus("GPU-b"))
                .addWorlds(WorldView.newBuilder().setBackend(Backend.HOST).setBackendReason("rank 0 (x) holds no GPU"))
                .build();
        assertEquals("GPU-a,GPU-b", new ActorsCommand().rows(view).get(0).all().get("gpus"));
        Map<String, Object> world = new WorldsCommand().rows(view).get(0).all();
        assertEquals("HOST", world.get("backend"));
        assertEquals("rank 0 (x) holds no GPU", world.get("backend_reason"));
    }
}
