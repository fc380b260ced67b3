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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The GPUs of the test's process, which are emulated: one for each member. */
final class TestingGpus {
    /** Set where the tests must not be skipped. */
    private static final boolean REQUIRED = Boolean.getBoolean("orrery.test.emulation.required");

    private static final List<Gpu> GPUS = new ArrayList<>();
    private static int taken;
    private static int reserved;

    private TestingGpus() {}

    /** Skips the test where there are none. */
    static synchronized void require() {
        GpuSupport support = LoadedLibraries.load(GpuLibraries.OF_THE_HOST);
        if (support instanceof GpuSupport.Off off) {
            if (REQUIRED) {
                fail("NCCL is not emulated: " + off.why());
            }
            assumeTrue(false, "NCCL is not emulated here (that needs gcc): " + off.why());
        } else if (support instanceof GpuSupport.On on && GPUS.isEmpty()) {
            for (GpuInfo device : on.devices()) {
                GPUS.add(new Gpu(on.cuda(), on.nccl(), device));
            }
        }
    }

    static synchronized Gpu take() {
        require();
        Gpu gpu = GPUS.get(taken % GPUS.size());
        taken++;
        return gpu;
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
        return GPUS.size() - reserved;
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
