package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MeetingTest {
    private static final RingGeometry GEOMETRY = new RingGeometry(64 << 10, 8 << 10);
    private static final RingGeometry LARGE = new RingGeometry(4 << 20, 256 << 10);

    @TempDir
    Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static long mappings(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(file.toString())).count();
        }
    }

    @Test
    void bothSidesHaveTheSameMemoryAndTheNamesAreGone() throws IOException {
        Path ring;
        PathParts here;
        PathParts there;
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            ring = meeting.ringPath();
            assertEquals(2, files().size());
            there = Meeting.join(ring, meeting.bellPath(), GEOMETRY, "b", "a");
            here = meeting.complete("a", "b");
        }
        assertEquals(List.of(), files());
        here.file().region(1).put(4096, (byte) 7);
        assertEquals(7, there.file().region(1).get(4096));
        assertEquals(0, there.file().region(0).get(4096));
        assertEquals(2, mappings(ring));
        here.discard();
        there.discard();
        assertEquals(0, mappings(ring));
    }

    @Test
    void whatIsAbandonedLeavesNothing() throws IOException {
        Path ring;
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            ring = meeting.ringPath();
        }
        assertEquals(List.of(), files());
        assertEquals(0, mappings(ring));
    }

    @Test
    void whoDoesNotRingIsAnErrorAndLeavesNothing() throws IOException {
        Path ring;
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            ring = meeting.ringPath();
            OrreryException failure = assertThrows(OrreryException.class, () -> meeting.complete("a", "b"));
            assertEquals(ErrorCode.UNAVAILABLE, failure.code());
            assertTrue(failure.getMessage().contains("b"), failure.getMessage());
        }
        assertEquals(List.of(), files());
        assertEquals(0, mappings(ring));
    }

    @Test
    void aFileOfAnotherSizeIsNotOpened() {
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            OrreryException failure = assertThrows(
                    OrreryException.class, () -> Meeting.join(meeting.ringPath(), meeting.bellPath(), LARGE, "b", "a"));
            assertEquals(ErrorCode.UNAVAILABLE, failure.code());
            assertTrue(failure.getMessage().contains(" bytes instead of "), failure.getMessage());
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Test
    void aFullFileSystemIsAnErrorWithTheSizeAndTheFix() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()),
                "a file system of 1 MB cannot be mounted here: this needs root");
        try {
            OrreryException failure = assertThrows(OrreryException.class, () -> Meeting.arrange(folder, LARGE));
            assertEquals(ErrorCode.RESOURCE_EXHAUSTED, failure.code());
            assertTrue(failure.getMessage().contains(Long.toString(LARGE.fileBytes())), failure.getMessage());
            assertTrue(failure.getMessage().contains("remount"), failure.getMessage());
            assertEquals(List.of(), files());
            Meeting.arrange(folder, GEOMETRY).close();
        } finally {
            assertTrue(run("umount", folder.toString()));
        }
        assertFalse(files().stream().anyMatch(file -> file.toString().endsWith(".ring")));
    }
}
