package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
            ring = meeting.invitation().ring();
            assertEquals(2, files().size());
            there = Meeting.join(meeting.invitation(), "b", "a");
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
            ring = meeting.invitation().ring();
        }
        assertEquals(List.of(), files());
        assertEquals(0, mappings(ring));
    }

    @Test
    void whoDoesNotRingIsAnErrorAndLeavesNothing() throws IOException {
        Path ring;
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            ring = meeting.invitation().ring();
            OrreryException failure = assertThrows(OrreryException.class, () -> meeting.complete("a", "b"));
            assertEquals(ErrorCode.PROTOCOL, failure.code());
            assertTrue(failure.getMessage().contains("b"), failure.getMessage());
        }
        assertEquals(List.of(), files());
        assertEquals(0, mappings(ring));
    }

    @Test
    void whoIsNotThePeerIsSentAway() throws IOException {
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            Invitation made = meeting.invitation();
            SocketChannel silent = stranger(made, new byte[0]);
            SocketChannel gone = stranger(made, new byte[3]);
            gone.close();
            SocketChannel wrong = stranger(made, Token.random().bytes());
            PathParts there = Meeting.join(made, "b", "a");
            PathParts here = meeting.complete("a", "b");
            there.bell().write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer heard = ByteBuffer.allocate(2);
            assertEquals(1, here.bell().read(heard), "the token is not taken for strokes");
            assertEquals(7, heard.get(0));
            for (SocketChannel stranger : List.of(silent, wrong)) {
                assertEquals(-1, stranger.read(ByteBuffer.allocate(1)));
                stranger.close();
            }
            here.discard();
            there.discard();
        }
        assertEquals(List.of(), files());
    }

    @Test
    void onlyStrangersIsAnError() throws IOException {
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY);
                SocketChannel wrong =
                        stranger(meeting.invitation(), Token.random().bytes())) {
            OrreryException failure = assertThrows(OrreryException.class, () -> meeting.complete("a", "b"));
            assertTrue(failure.getMessage().contains("did not connect the bell"), failure.getMessage());
            assertEquals(-1, wrong.read(ByteBuffer.allocate(1)));
        }
        assertEquals(List.of(), files());
    }

    private static SocketChannel stranger(Invitation made, byte[] says) throws IOException {
        SocketChannel stranger = SocketChannel.open(UnixDomainSocketAddress.of(made.bell()));
        stranger.write(ByteBuffer.wrap(says));
        return stranger;
    }

    /** Nobody accepts: the connect of a bell must not wait for that. */
    @Test
    void aBellWithoutRoomIsAnErrorAtOnce() throws IOException {
        List<SocketChannel> crowd = new ArrayList<>();
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            OrreryException failure = assertThrows(OrreryException.class, () -> {
                while (crowd.size() < 100) {
                    PathParts one = Meeting.join(meeting.invitation(), "b", "a");
                    crowd.add(one.bell());
                    one.file().close();
                }
            });
            assertEquals(ErrorCode.UNAVAILABLE, failure.code());
            assertTrue(failure.getMessage().contains(".bell"), failure.getMessage());
        } finally {
            for (SocketChannel one : crowd) {
                one.close();
            }
        }
    }

    @Test
    void aLinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        try (Meeting meeting = Meeting.arrange(elsewhere, GEOMETRY)) {
            Invitation made = meeting.invitation();
            Path link = Files.createSymbolicLink(folder.resolve("orrery-1-1-0a.ring"), made.ring());
            OrreryException failure = assertThrows(
                    OrreryException.class,
                    () -> Meeting.join(new Invitation(link, made.bell(), GEOMETRY, made.token()), "b", "a"));
            assertEquals(ErrorCode.UNAVAILABLE, failure.code());
        }
    }

    @Test
    void aFileOfAnotherSizeIsNotOpened() {
        try (Meeting meeting = Meeting.arrange(folder, GEOMETRY)) {
            Invitation made = meeting.invitation();
            Invitation wrong = new Invitation(made.ring(), made.bell(), LARGE, made.token());
            OrreryException failure = assertThrows(OrreryException.class, () -> Meeting.join(wrong, "b", "a"));
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
