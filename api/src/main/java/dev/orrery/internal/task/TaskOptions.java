package dev.orrery.internal.task;

import dev.orrery.PlacementOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a task is to be run.
 *
 * @param retryOn what it may throw and be run again
 * @param timeout from its submission to its result
 */
public record TaskOptions(
        Optional<String> name,
        long milliCpus,
        long milliGpus,
        PlacementOptions placement,
        int retries,
        List<Class<? extends Throwable>> retryOn,
        Duration timeout,
        List<Path> artifacts) {
    public TaskOptions {
        retryOn = List.copyOf(retryOn);
        artifacts = List.copyOf(artifacts);
    }
}
