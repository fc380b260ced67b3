package dev.orrery.benchmarks.gpu;

import dev.orrery.internal.gpu.NcclVersion;
import java.util.List;
import java.util.Optional;

/**
 * What a process of this host may use.
 *
 * @param nccl empty: NCCL cannot be used
 * @param cuda versions of driver and runtime, for people
 * @param driver the version of the driver's kernel module
 * @param cause why NCCL cannot be used, on one line
 */
record FoundGpus(List<Device> devices, Optional<NcclVersion> nccl, String cuda, String driver, String cause) {
    /** What the emulation calls its devices. */
    private static final String EMULATED = "Emulated GPU";

    /** @param index as CUDA counts */
    public record Device(int index, String uuid, long memoryBytes, String name) {}

    FoundGpus {
        devices = List.copyOf(devices);
    }

    static FoundGpus none(String cause) {
        return new FoundGpus(List.of(), Optional.empty(), "", "", cause);
    }

    /** Whatever the user said: results on an emulation must never pass for real ones. */
    boolean isEmulated() {
        return devices.stream().anyMatch(device -> device.name().equals(EMULATED));
    }
}
