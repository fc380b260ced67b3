package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.TestingTold;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.PlainActorSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a driver's world is made of. */
class WorldBackendTest {
    private static final long NCCL_MILLIS = 30_000;

    private final Records records = new Records();
    private final WorldService worlds = new WorldService();

    @BeforeEach
    void aNodeWithGpus() {
        NodeRecord node = NodeRecord.newBuilder()
                .setNode("node-a")
                .setGpus(NodeGpus.newBuilder().setNcclVersion(23_007))
                .build();
        records.apply(List.of(new Write(new RecordKey.NodeKey("node-a"), "", Optional.of(node))));
    }

    private void alive(String id, String... gpus) {
        records.apply(List.of(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState("ALIVE")
                .setIncarnation(1)
                .setNode("node-a")
                .addAllGpus(List.of(gpus))
                .setSpec(PlainActorSpec.newBuilder().setName(id))
                .build())));
    }

    private WorldRecord form(Backend backend, String... members) {
        return form(FormWorldRequest.newBuilder()
                .setName("ring")
                .setBackend(backend)
                .addAllActors(List.of(members))
                .build());
    }

    private WorldRecord form(FormWorldRequest request) {
        Draft draft = new Draft(TestingTold.state(records), 0);
        long id = worlds.form(draft, request).getWorld();
        return draft.records().world(id).orElseThrow();
    }

    @Test
    void autoTakesNcclWhereItCanBe() {
        alive("a", "GPU-1");
        alive("b", "GPU-2");
        WorldRecord world = form(Backend.BACKEND_UNSPECIFIED, "a", "b");
        assertEquals(Backend.NCCL, world.getSpec().getBackend());
        assertEquals(NCCL_MILLIS, world.getSpec().getFormingTimeoutMillis());
        assertEquals("", world.getBackendReason());
        assertEquals(Backend.NCCL, form(Backend.NCCL, "a", "b").getSpec().getBackend());
    }

    @Test
    void autoTakesHostElsewhereAndKeepsWhyIfThereAreGpus() {
        alive("a", "GPU-1");
        alive("b");
        alive("c");
        WorldRecord mixed = form(Backend.BACKEND_UNSPECIFIED, "a", "b");
        assertEquals(Backend.HOST, mixed.getSpec().getBackend());
        assertEquals("rank 1 (b) on node-a holds no GPU", mixed.getBackendReason());
        assertEquals("", form(Backend.BACKEND_UNSPECIFIED, "b", "c").getBackendReason());
    }

    @Test
    void autoTakesHostForMembersThatShareAGpu() {
        alive("a", "GPU-1");
        alive("b", "GPU-1");
        WorldRecord world = form(Backend.BACKEND_UNSPECIFIED, "a", "b");
        assertEquals(Backend.HOST, world.getSpec().getBackend());
        assertTrue(
                world.getBackendReason().startsWith("rank 0 (a) and rank 1 (b) share GPU-1 of node-a"),
                world.getBackendReason());
    }

    @Test
    void hostIsGivenToWhoAsksForIt() {
        alive("a", "GPU-1");
        alive("b", "GPU-2");
        WorldRecord world = form(Backend.HOST, "a", "b");
        assertEquals(Backend.HOST, world.getSpec().getBackend());
        assertEquals("its driver asked for HOST", world.getBackendReason());
        assertEquals(5_000, world.getSpec().getFormingTimeoutMillis());
    }

    @Test
    void ncclIsRefusedAtOnceWithMemberNodeAndReason() {
        alive("a", "GPU-1");
        alive("b", "GPU-1");
        OrreryException refused = assertThrows(OrreryException.class, () -> form(Backend.NCCL, "a", "b"));
        assertEquals(ErrorCode.UNSUPPORTED, refused.code());
        assertEquals(
                "world 'ring' cannot be of NCCL: rank 0 (a) and rank 1 (b) share GPU-1 of node-a; NCCL refuses two ranks on one"
                        + " GPU; set gpu.multi-rank there (NCCL 2.30 or newer) or use other GPUs",
                refused.detail());
    }

    @Test
    void aDriversOwnTimeCounts() {
        alive("a", "GPU-1");
        WorldRecord world = form(FormWorldRequest.newBuilder()
                .setName("ring")
                .addActors("a")
                .setFormingTimeoutMillis(1_234)
                .build());
        assertEquals(1_234, world.getSpec().getFormingTimeoutMillis());
    }
}
