package dev.orrery.agent.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GpuOfferTest {
    private static final FoundGpus TWO = new FoundGpus(
            List.of(gpu(0, "GPU-a", "H100"), gpu(1, "GPU-b", "H100")), Optional.of(new NcclVersion(23_007)), "");

    private static Gpu gpu(int index, String uuid, String name) {
        return Gpu.newBuilder().setIndex(index).setUuid(uuid).setName(name).build();
    }

    private static GpuSettings settings(Optional<Integer> offered, int share, boolean multiRank) {
        return new GpuSettings(
                true, Duration.ofSeconds(10), Optional.empty(), Optional.empty(), offered, share, multiRank);
    }

    private static GpuSettings usual() {
        return settings(Optional.empty(), 1, false);
    }

    private static DesiredWorker worker(int asked, String... gpus) {
        return DesiredWorker.newBuilder()
                .setSpec(ActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setGpus(asked)))
                .addAllGpus(List.of(gpus))
                .build();
    }

    @Test
    void allThatAreFoundAreOfferedAsOftenAsTheyMayBeShared() {
        GpuSettings shared = settings(Optional.empty(), 3, false);
        NodeGpus offer = GpuOffer.of(shared, TWO);
        assertEquals(TWO.gpus(), offer.getGpusList());
        assertEquals(3, offer.getShare());
        assertEquals(23_007, offer.getNcclVersion());
        assertEquals(6, GpuOffer.slots(shared, offer));
        assertEquals("2 GPUs (2 × H100), each for 3 actors, NCCL 2.30.7", GpuOffer.summary(shared, offer));
    }

    @Test
    void noMoreThanAreToBeOffered() {
        GpuSettings one = settings(Optional.of(1), 2, false);
        assertEquals(List.of(TWO.gpus().get(0)), GpuOffer.of(one, TWO).getGpusList());
        assertEquals(2, GpuOffer.slots(one, GpuOffer.of(one, TWO)));
        GpuSettings many = settings(Optional.of(8), 1, false);
        assertEquals(2, GpuOffer.slots(many, GpuOffer.of(many, TWO)));
    }

    @Test
    void whereNoneIsFoundTheClaimedOnesAreSlotsWithoutADevice() {
        FoundGpus none = FoundGpus.none("no libcudart.so.13");
        assertEquals(0, GpuOffer.slots(usual(), GpuOffer.of(usual(), none)));
        GpuSettings claimed = settings(Optional.of(4), 2, false);
        NodeGpus offer = GpuOffer.of(claimed, none);
        assertEquals(4, GpuOffer.slots(claimed, offer));
        assertEquals(0, offer.getGpusCount());
        assertEquals("0 GPUs, NCCL off: no libcudart.so.13", GpuOffer.summary(claimed, offer));
    }

    @Test
    void severalRanksOnOneGpuAreAllowedOnlyWhereNcclKnowsThem() {
        GpuSettings multi = settings(Optional.empty(), 1, true);
        assertTrue(GpuOffer.of(multi, TWO).getMultiRank());
        FoundGpus older = new FoundGpus(TWO.gpus(), Optional.of(new NcclVersion(22_907)), "");
        assertFalse(GpuOffer.of(multi, older).getMultiRank());
        assertFalse(GpuOffer.of(usual(), TWO).getMultiRank());
        assertFalse(GpuOffer.of(multi, FoundGpus.none("x")).getMultiRank());
    }

    @Test
    void aWorkerSeesItsOwnGpusOnly() {
        assertEquals(
                Map.of("CUDA_VISIBLE_DEVICES", "GPU-b,GPU-a"),
                GpuOffer.environment(usual(), worker(2, "GPU-b", "GPU-a")));
        assertEquals(Map.of("CUDA_VISIBLE_DEVICES", ""), GpuOffer.environment(usual(), worker(0)));
    }

    @Test
    void aWorkerWithAPartSeesItsOneDevice() {
        DesiredWorker part = DesiredWorker.newBuilder()
                .setSpec(ActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setMilliGpu(250)))
                .build();
        assertEquals(
                Map.of("CUDA_VISIBLE_DEVICES", "GPU-a"),
                GpuOffer.environment(usual(), part.toBuilder().addGpus("GPU-a").build()));
        assertEquals(Map.of(), GpuOffer.environment(usual(), part), "of a slot without a device");
    }

    @Test
    void aSlotWithoutADeviceLeavesTheChoiceToTheEnvironmentOfTheAgent() {
        assertEquals(Map.of(), GpuOffer.environment(usual(), worker(1)));
    }

    @Test
    void workersAreToldThatSeveralRanksMayBeOnOneGpu() {
        assertEquals(
                Map.of("CUDA_VISIBLE_DEVICES", "GPU-a", "NCCL_MULTI_RANK_GPU_ENABLE", "1"),
                GpuOffer.environment(settings(Optional.empty(), 1, true), worker(1, "GPU-a")));
    }
}
