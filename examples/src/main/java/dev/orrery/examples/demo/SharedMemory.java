package dev.orrery.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of {@code /dev/shm}. */
final class SharedMemory {
    private SharedMemory() {}

    static Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.map(Path::toString).collect(Collectors.toSet());
        }
    }
}
