package dev.orrery.nccl.device;

/**
 * A GPU that this process may use.
 *
 * @param index as CUDA counts in this process
 * @param uuid the same for every process: {@code GPU-…}
 * @param memoryBytes all of it, also what is in use
 */
public record GpuInfo(int index, String uuid, long memoryBytes, String name) {}
