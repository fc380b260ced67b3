package dev.orrery.examples.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** An actor that tells which GPUs its process sees. */
public class Devices {
    public String visible() {
        return variable("CUDA_VISIBLE_DEVICES");
    }

    /** What a task sees, once so many of them, each in a worker of its own, have met in that folder. */
    public static String visibleTogether(String folder, String name, int count)
            throws IOException, InterruptedException {
        Files.writeString(Path.of(folder, name), "here");
        for (int waits = 0; waits < 600; waits++) {
            try (Stream<Path> there = Files.list(Path.of(folder))) {
                if (there.count() >= count) {
                    return variable("CUDA_VISIBLE_DEVICES");
                }
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("nobody else came to " + folder);
    }

    public String multiRank() {
        return variable("NCCL_MULTI_RANK_GPU_ENABLE");
    }

    private static String variable(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("not set");
    }
}
