package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.gpu.NcclVersion;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GpuProbeTest {
    @Test
    void devicesAndVersionsAreReadAmongOtherLines() {
        FoundGpus found = GpuProbe.read(List.of(
                "a library says hello",
                "nccl 22703",
                "cuda 13020 13000",
                "gpu GPU-a 85899345920 NVIDIA H100 80GB HBM3",
                "",
                "gpu GPU-b 1024 Other"));
        assertEquals(Optional.of(new NcclVersion(22_703)), found.nccl());
        assertEquals("driver for CUDA 13.2, runtime 13.0", found.cuda());
        assertEquals(
                List.of(
                        new FoundGpus.Device(0, "GPU-a", 85_899_345_920L, "NVIDIA H100 80GB HBM3"),
                        new FoundGpus.Device(1, "GPU-b", 1024, "Other")),
                found.devices());
        assertFalse(found.isEmulated());
    }

    @Test
    void anEmulatedDeviceIsKnownByItself() {
        assertTrue(GpuProbe.read(List.of("nccl 23007", "gpu GPU-a 1024 Emulated GPU"))
                .isEmulated());
    }

    @Test
    void whyThereIsNothingIsTold() {
        FoundGpus found = GpuProbe.read(List.of("off NCCL is missing: libnccl.so.2: no such file"));
        assertTrue(found.nccl().isEmpty());
        assertEquals("NCCL is missing: libnccl.so.2: no such file", found.cause());
    }

    @Test
    void silenceIsACause() {
        assertFalse(GpuProbe.read(List.of()).cause().isEmpty());
    }
}
