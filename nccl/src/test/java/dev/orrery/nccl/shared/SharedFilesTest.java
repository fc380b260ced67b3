package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SharedFilesTest {
    private static final String ID = UUID.randomUUID().toString();

    @TempDir
    Path folder;

    private Path make(String name) throws IOException {
        return Files.createFile(folder.resolve(name));
    }

    private static long deadPid() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").start();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return process.pid();
    }

    @Test
    void whatDeadProcessesLeftIsRemovedAndNothingElse() throws Exception {
        SharedFiles.Names own = SharedFiles.names(folder);
        Files.createFile(own.ring());
        Files.createFile(own.bell());
        long self = ProcessHandle.current().pid();
        Path dead = make("orrery-" + deadPid() + "-1-" + ID + ".ring");
        Path reused = make("orrery-" + self + "-1-" + ID + ".bell");
        List<Path> foreign = List.of(
                make("orrery-1-2.ring"),
                make("orrery-" + deadPid() + "-1-" + ID + ".log"),
                make("other-1-1-" + ID + ".ring"),
                make("orrery-99999999999999999999-99999999999999999999-" + ID + ".ring"));
        assertEquals(Set.of(dead, reused), Set.copyOf(SharedFiles.sweep(folder)));
        assertTrue(Files.exists(own.ring()) && Files.exists(own.bell()));
        assertFalse(Files.exists(dead) || Files.exists(reused));
        for (Path other : foreign) {
            assertTrue(Files.exists(other), other.toString());
        }
        assertEquals(List.of(), SharedFiles.sweep(folder));
    }

    @Test
    void whatCannotBeRemovedKeepsNothingElseFromIt() throws Exception {
        Path stubborn = Files.createDirectory(folder.resolve("orrery-1-1-" + ID + ".ring"));
        Files.createFile(stubborn.resolve("inside"));
        Path dead = make("orrery-" + deadPid() + "-1-" + ID + ".bell");
        assertEquals(List.of(dead), SharedFiles.sweep(folder));
        assertTrue(Files.exists(stubborn));
    }

    /** Killed, and its parent has not asked for its status yet. */
    @Test
    void aProcessThatOnlyWaitsToBeAskedHowItEndedLivesNoMore() throws Exception {
        // The shell becomes a program that never asks what became of the child. A shell may ask, so the child ends only
        // then.
        Process parent = new ProcessBuilder("sh", "-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60").start();
        try {
            String child = parent.inputReader().readLine();
            awaitText(Path.of("/proc", Long.toString(parent.pid()), "comm"), "sleep");
            parent.getOutputStream().close();
            Path stat = Path.of("/proc", child, "stat");
            awaitText(stat, ") Z ");
            String[] fields = Files.readString(stat).split(" ", -1);
            Path left = make("orrery-" + child + "-" + fields[21] + "-" + ID + ".ring");
            assertEquals(List.of(left), SharedFiles.sweep(folder));
        } finally {
            parent.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void awaitText(Path file, String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!Files.readString(file).contains(text)) {
            assertTrue(System.nanoTime() < deadline, "no '" + text + "' in " + file);
            Thread.onSpinWait();
        }
    }

    @Test
    void whatAPeerOffersLiesInTheFolderOrIsNotTaken() throws Exception {
        String ring = folder.resolve("orrery-1-1-" + ID + ".ring").toString();
        assertEquals(Path.of(ring), SharedFiles.offered(folder, ring, SharedFiles.Kind.RING));
        Path own = SharedFiles.socket(folder);
        assertEquals(own, SharedFiles.offered(folder, own.toString(), SharedFiles.Kind.SOCKET));
        for (String wrong :
                List.of("", "/", "..", "/etc/passwd", ring + "/..", ring + "\0", ring.replace("orrery", "x"))) {
            refused(ErrorCode.PROTOCOL, wrong, SharedFiles.Kind.RING);
        }
        refused(ErrorCode.PROTOCOL, ring, SharedFiles.Kind.SOCKET);
        String name = Path.of(ring).getFileName().toString();
        for (String other : List.of("/etc/" + name, name, folder + "/../" + name, folder + "/x/../" + name)) {
            refused(ErrorCode.UNAVAILABLE, other, SharedFiles.Kind.RING);
        }
    }

    private void refused(ErrorCode code, String text, SharedFiles.Kind kind) {
        OrreryException failure =
                assertThrows(OrreryException.class, () -> SharedFiles.offered(folder, text, kind), text);
        assertEquals(code, failure.code(), text);
    }
}
