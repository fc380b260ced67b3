package dev.orrery.nccl.cuda;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where this host has CUDA and NCCL.
 *
 * @param cuda the folder of libcudart.so.13, or that file; empty: where the dynamic linker looks
 * @param nccl the folder of libnccl.so.2, or that file; empty: where the dynamic linker looks
 */
public record GpuLibraries(Optional<Path> cuda, Optional<Path> nccl) {
    public static final GpuLibraries OF_THE_HOST = new GpuLibraries(Optional.empty(), Optional.empty());
}
