package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.internal.proto.Backend;
import dev.orrery.nccl.World;
import dev.orrery.nccl.cuda.GpuLibraries;
import dev.orrery.nccl.cuda.LoadedLibraries;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.GpuInfo;
import dev.orrery.nccl.device.GpuSupport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The GPUs of the test's process: one for each member while there are enough, after which members share them where NCCL and
 * its environment allow that. They are emulated, but for {@code bin/orrery gpu-check}.
 */
final class TestingGpus {
    /** Set where the tests must not be skipped. */
    private static final boolean REQUIRED = Boolean.getBoolean("orrery.test.emulation.required");

    /** Where the libraries are, when the dynamic linker does not find them. */
    static final String CUDA_LIBRARY = "orrery.test.cuda-lib";

    static final String NCCL_LIBRARY = "orrery.test.nccl-lib";
    private static final String SHARING = "NCCL_MULTI_RANK_GPU_ENABLE";

    private static final List<Gpu> GPUS = new ArrayList<>();
    private static int taken;
    private static int reserved;

    private TestingGpus() {}

    /** Skips the test where there are none. */
    static synchronized void require() {
        GpuSupport support = LoadedLibraries.load(new GpuLibraries(path(CUDA_LIBRARY), path(NCCL_LIBRARY)));
        if (support instanceof GpuSupport.Off off) {
            if (REQUIRED) {
                fail("there is no NCCL: " + off.why());
            }
            assumeTrue(false, "there is no NCCL here, not even an emulated one (that needs gcc): " + off.why());
        } else if (support instanceof GpuSupport.On on && GPUS.isEmpty()) {
            for (GpuInfo device : on.devices()) {
                GPUS.add(new Gpu(on.cuda(), on.nccl(), device));
            }
        }
    }

    private static Optional<Path> path(String property) {
        return Optional.ofNullable(System.getProperty(property)).map(Path::of);
    }

    /** For a member of this process; skips the test where there is none left for it. */
    static synchronized Gpu take() {
        assumeTrue(
                isOneLeft(),
                () ->
                        "needs more GPUs than the %d that are here: this NCCL, %s, may not have two members of one process on one"
                                .formatted(GPUS.size(), GPUS.get(0).nccl().version()));
        Gpu gpu = GPUS.get(taken % GPUS.size());
        taken++;
        return gpu;
    }

    static synchronized boolean isOneLeft() {
        return isEnoughFor(taken + 1);
    }

    /** Whether so many members of one process can be in one world. */
    static synchronized boolean isEnoughFor(int members) {
        require();
        boolean mayShare = "1".equals(System.getenv(SHARING))
                && GPUS.get(0).nccl().version().allowsMultiRank();
        return members <= GPUS.size() || mayShare;
    }

    /** No member uses one any more. */
    static synchronized void giveAllBack() {
        taken = 0;
        reserved = 0;
    }

    /** The number of one for a process of its own. */
    static synchronized int reserve() {
        require();
        reserved++;
        return Math.floorMod(-reserved, GPUS.size());
    }

    /** In a process of its own. */
    static synchronized Gpu open(int index) {
        require();
        return GPUS.get(index % GPUS.size());
    }

    /** The world, whose operations are done on the device where its tensors would otherwise lie on the host. */
    static World placed(World world, Optional<Gpu> gpu) {
        return world.spec().getBackend() == Backend.NCCL ? new PlacingWorld(world, gpu.orElseThrow()) : world;
    }

    static synchronized long bytesInUse() {
        return GPUS.stream().mapToLong(Gpu::bytesInUse).sum();
    }
}
