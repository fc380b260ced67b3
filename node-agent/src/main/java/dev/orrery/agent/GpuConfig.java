package dev.orrery.agent;

import dev.orrery.agent.gpu.GpuSettings;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.config.ConfigKey;
import dev.orrery.internal.config.ConfigKey.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The GPUs of a node: settings of the agent, which hands on to the workers what concerns them. */
final class GpuConfig {
    private static final int MOST_SHARERS = 64;

    static final ConfigKey<Boolean> DISCOVER = new ConfigKey<>(
            "gpu.discover",
            "auto",
            "Whether a starting agent looks for GPUs and for NCCL, in a process of its own. Those that CUDA_VISIBLE_DEVICES"
                    + " of the agent hides are not found. A worker sees the GPUs of its actor only, and none if that asks for"
                    + " none.",
            "auto or off",
            text -> {
                if (!text.equals("auto") && !text.equals("off")) {
                    throw new IllegalArgumentException("neither auto nor off");
                }
                return text.equals("auto");
            });
    static final ConfigKey<Duration> DISCOVER_TIMEOUT = ConfigKey.duration(
            "gpu.discover-timeout",
            "30s",
            "How long that may take; then there are none. The node joins its cluster after it.");
    static final ConfigKey<Path> CUDA_LIB = ConfigKey.path(
            "gpu.cuda-lib",
            "",
            "CUDA's runtime library, for the agent's look and for its workers; default: where the system finds it.");
    static final ConfigKey<Path> NCCL_LIB = ConfigKey.path(
            "gpu.nccl-lib",
            "",
            "NCCL's library, for the agent's look and for its workers; default: where the system finds it.");
    static final ConfigKey<Integer> SHARE = ConfigKey.integer(
            "gpu.share",
            1,
            new Range(1, MOST_SHARERS),
            "How many actors may share one GPU; each sees all of its memory.");
    static final ConfigKey<Boolean> MULTI_RANK = ConfigKey.bool(
            "gpu.multi-rank",
            false,
            "Whether a world of NCCL may have several ranks on one GPU; needs NCCL 2.30 and gives workers"
                    + " NCCL_MULTI_RANK_GPU_ENABLE=1.");

    static final List<ConfigKey<?>> KEYS = List.of(DISCOVER, DISCOVER_TIMEOUT, CUDA_LIB, NCCL_LIB, SHARE, MULTI_RANK);

    /** Shorter names of flags on a command line, by key. */
    static final Map<String, String> SHORT_FLAGS = Map.of(CUDA_LIB.name(), "cuda-lib", NCCL_LIB.name(), "nccl-lib");

    private GpuConfig() {}

    static GpuSettings settings(Config config) {
        return new GpuSettings(
                config.get(DISCOVER),
                config.get(DISCOVER_TIMEOUT),
                // Workers run in folders of their own.
                config.find(CUDA_LIB).map(Path::toAbsolutePath),
                config.find(NCCL_LIB).map(Path::toAbsolutePath),
                config.find(AgentConfig.GPUS),
                config.get(SHARE),
                config.get(MULTI_RANK));
    }
}
