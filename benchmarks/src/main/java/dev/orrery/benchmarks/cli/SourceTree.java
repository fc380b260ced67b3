package dev.orrery.benchmarks.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where this source tree is. */
final class SourceTree {
    private SourceTree() {}

    /** As the launcher says, or the working folder. */
    static Path home() {
        return Path.of(Optional.ofNullable(System.getenv("ORRERY_HOME")).orElse(""))
                .toAbsolutePath();
    }
}
