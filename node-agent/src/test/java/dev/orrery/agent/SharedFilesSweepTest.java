package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedFilesSweepTest {
    @TempDir
    Path rings;

    @TempDir
    Path sockets;

    /** The process with this number began at another time. */
    private static String name(String ending) {
        return "orrery-" + ProcessHandle.current().pid() + "-1-" + UUID.randomUUID() + ending;
    }

    @Test
    void whatAnEndedProcessLeftIsRemovedFromBothFolders() throws IOException {
        Path ring = Files.createFile(rings.resolve(name(".ring")));
        Path socket = sockets.resolve(name(".socket"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
        }
        assertTrue(Files.exists(socket), "a socket's file outlives it");
        Path other = Files.createFile(sockets.resolve("another-file"));
        new SharedFilesSweep(List.of(rings, sockets), List.of()).run();
        assertFalse(Files.exists(ring));
        assertFalse(Files.exists(socket));
        assertTrue(Files.exists(other));
    }

    @Test
    void aFolderThatIsNotThereIsNoDefectAndKeepsNoOtherFromIt() throws IOException {
        Path ring = Files.createFile(rings.resolve(name(".ring")));
        new SharedFilesSweep(List.of(sockets.resolve("missing"), rings), List.of()).run();
        assertFalse(Files.exists(ring));
    }

    @Test
    void bothMayLieInOneFolder() throws IOException {
        Path ring = Files.createFile(rings.resolve(name(".ring")));
        new SharedFilesSweep(List.of(rings, rings), List.of()).run();
        assertFalse(Files.exists(ring));
    }
}
