package dev.orrery.examples.it;

import java.util.Optional;

/** An actor that tells which GPUs its process sees. */
public class Devices {
    public String visible() {
        return variable("CUDA_VISIBLE_DEVICES");
    }

    public String multiRank() {
        return variable("NCCL_MULTI_RANK_GPU_ENABLE");
    }

    private static String variable(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("not set");
    }
}
