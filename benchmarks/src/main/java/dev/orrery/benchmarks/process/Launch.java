package dev.orrery.benchmarks.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to start a participant.
 *
 * @param name for messages
 * @param environment beside that of this process
 * @param log where its other output goes
 */
public record Launch(String name, List<String> command, Map<String, String> environment, Path log) {
    public Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    public Launch(String name, List<String> command, Path log) {
        this(name, command, Map.of(), log);
    }
}
