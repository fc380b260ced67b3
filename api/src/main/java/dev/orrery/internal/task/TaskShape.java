package dev.orrery.internal.task;

import dev.orrery.PlacementOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Tasks of one shape share workers.
 *
 * @param origins where the classes of function and arguments are from
 * @param declared jars
 */
record TaskShape(long milliCpus, long milliGpus, PlacementOptions placement, Set<Path> origins, List<Path> declared) {
    TaskShape {
        // In their order: that is the class path.
        origins = Collections.unmodifiableSet(new LinkedHashSet<>(origins));
        declared = List.copyOf(declared);
    }
}
