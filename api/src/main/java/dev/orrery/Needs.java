package dev.orrery;

import dev.orrery.internal.placement.PlacementRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What users say that a stage, an actor or a task needs: the same limits, in the same words, for each. */
final class Needs {
    private static final int MOST_CPUS = 10_000;

    private Needs() {}

    static void check(double cpus, double gpus, List<String> errors) {
        if (!(cpus >= 0) || cpus > MOST_CPUS) {
            errors.add("cpus must be from 0 to " + MOST_CPUS + ", not " + cpus);
        }
        PlacementRules.wrongGpus(gpus).ifPresent(errors::add);
    }

    static void checkArtifacts(List<Path> artifacts, List<String> errors) {
        artifacts.stream()
                .filter(jar -> !Files.isRegularFile(jar))
                .forEach(jar -> errors.add("there is no artifact " + jar));
    }
}
