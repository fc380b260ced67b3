package dev.orrery.worker.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a worker is told about GPUs.
 *
 * @param cudaLib CUDA's runtime, where it is not found by itself; the agent's setting
 * @param ncclLib NCCL, where it is not found by itself; the agent's setting
 * @param devices UUIDs of the GPUs that are this life's, in the order in which CUDA numbers them in its process
 */
public record GpuLaunch(Optional<Path> cudaLib, Optional<Path> ncclLib, List<String> devices) {
    public GpuLaunch {
        devices = List.copyOf(devices);
    }

    public static GpuLaunch none() {
        return new GpuLaunch(Optional.empty(), Optional.empty(), List.of());
    }
}
