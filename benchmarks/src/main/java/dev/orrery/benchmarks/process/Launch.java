package dev.orrery.benchmarks.process;

import java.nio.file.Path;
import java.util.List;

/**
 * How to start a participant.
 *
 * @param name for messages
 * @param log where its other output goes
 */
public record Launch(String name, List<String> command, Path log) {
    public Launch {
        command = List.copyOf(command);
    }
}
