package dev.orrery.agent.gpu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an agent is told about GPUs.
 *
 * @param discover whether to look for them
 * @param discoverTimeout for looking
 * @param cudaLib CUDA's runtime, where it is not found by itself
 * @param ncclLib NCCL, where it is not found by itself
 * @param offered how many to offer; empty: all that are found
 * @param share how many actors may share one
 * @param multiRank whether a world may have several ranks on one, as far as NCCL allows it
 */
public record GpuSettings(
        boolean discover,
        Duration discoverTimeout,
        Optional<Path> cudaLib,
        Optional<Path> ncclLib,
        Optional<Integer> offered,
        int share,
        boolean multiRank) {}
