package dev.orrery.agent.gpu;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.Gpu;
import java.util.List;
import java.util.Optional;

/**
 * What the probe found.
 *
 * @param gpus in CUDA's order
 * @param nccl empty: off
 * @param off why NCCL is off, in one line
 */
public record FoundGpus(List<Gpu> gpus, Optional<NcclVersion> nccl, String off) {
    public FoundGpus {
        gpus = List.copyOf(gpus);
    }

    static FoundGpus none(String off) {
        return new FoundGpus(List.of(), Optional.empty(), off);
    }
}
