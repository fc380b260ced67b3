package dev.orrery.examples.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeClockFilesTest {
    @TempDir
    private Path memory;

    private final Set<Long> ours = new HashSet<>(Set.of(11L, 12L));
    private final Set<Long> alive = new HashSet<>(Set.of(11L, 12L, 13L));

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(memory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void onlyWhatOurEndedProcessesLeftIsRemoved() throws IOException {
        for (long pid : List.of(11, 12, 13)) {
            Files.createFile(memory.resolve("faketime_shm_" + pid));
            Files.createFile(memory.resolve("sem.faketime_sem_" + pid));
        }
        Files.createFile(memory.resolve("something_11"));
        FakeClockFiles seen = new FakeClockFiles(memory, ours::contains, alive::contains);
        seen.look();
        alive.removeAll(Set.of(11L, 13L));
        // Nobody can tell any more whose process it was.
        ours.clear();
        seen.look();
        seen.remove();
        assertEquals(
                List.of(
                        "faketime_shm_12",
                        "faketime_shm_13",
                        "sem.faketime_sem_12",
                        "sem.faketime_sem_13",
                        "something_11"),
                files());
    }
}
