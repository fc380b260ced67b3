package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedMemorySweepTest {
    @TempDir
    Path folder;

    @Test
    void whatAnEndedProcessLeftIsRemovedAndAFolderThatIsNotThereIsNoDefect() throws Exception {
        // The process with this number began at another time.
        Path left = Files.createFile(
                folder.resolve("orrery-" + ProcessHandle.current().pid() + "-1-" + UUID.randomUUID() + ".ring"));
        Path other = Files.createFile(folder.resolve("another-file"));
        new SharedMemorySweep(folder).run();
        assertFalse(Files.exists(left));
        assertTrue(Files.exists(other));
        new SharedMemorySweep(folder.resolve("missing")).run();
    }
}
