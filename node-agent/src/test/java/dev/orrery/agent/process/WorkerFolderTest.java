package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Failure;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerFolderTest {
    @TempDir
    Path root;

    private static ActorLife life(String actor) {
        return ActorLife.newBuilder().setActor(actor).setIncarnation(3).build();
    }

    @Test
    void namesAreSafeAndDifferent() {
        assertEquals(root.resolve("1-2a-3"), WorkerFolder.of(root, life("1-2a")).root());
        Path escaping = WorkerFolder.of(root, life("../../etc/x")).root().normalize();
        assertEquals(root, escaping.getParent());
        assertEquals(root, WorkerFolder.of(root, life("..")).root().normalize().getParent());
        assertNotEquals(WorkerFolder.of(root, life("a/b")), WorkerFolder.of(root, life("a:b")));
        assertEquals(root, WorkerFolder.of(root, life("x".repeat(500))).root().getParent());
    }

    @Test
    void linesCountOnceTheyAreComplete() throws IOException {
        WorkerFolder folder = WorkerFolder.of(root, life("a"));
        assertEquals(RunRecord.NOTHING, folder.readRun());
        folder.create();
        Files.writeString(folder.run().resolve("shim"), "12 345 boot\n");
        Files.writeString(folder.run().resolve("worker"), "13 34");
        Files.writeString(folder.run().resolve("exit"), "");
        assertEquals(
                new RunRecord(
                        true,
                        Optional.of("boot"),
                        Optional.of(new ProcessId(12, 345)),
                        Optional.empty(),
                        Optional.empty()),
                folder.readRun());
        Files.writeString(folder.run().resolve("worker"), "13 346\n");
        Files.writeString(folder.run().resolve("exit"), "3\n");
        RunRecord record = folder.readRun();
        assertEquals(Optional.of(new ProcessId(13, 346)), record.worker());
        assertEquals(Optional.of(3), record.exit());
    }

    @Test
    void eitherTheShimBeginsOrTheAgentForbidsIt() throws IOException {
        WorkerFolder forbidden = WorkerFolder.of(root, life("a"));
        assertTrue(forbidden.preventStart());
        assertTrue(forbidden.preventStart(), "a second agent comes to the same end");
        WorkerFolder begun = WorkerFolder.of(root, life("b"));
        begun.create();
        Files.createFile(begun.run().resolve("shim"));
        assertFalse(begun.preventStart());
    }

    @Test
    void aFolderThatLinksToAnotherSharesAllAndIsRemovedWithIt() throws IOException {
        WorkerFolder origin = new WorkerFolder(root.resolve("warm").resolve("n1"));
        origin.create();
        WorkerFolder life = WorkerFolder.of(Files.createDirectories(root.resolve("workers")), life("a"));
        assertFalse(life.exists());
        life.linkTo(origin);
        Files.writeString(origin.launchFile(), "");
        assertTrue(life.exists());
        Files.writeString(origin.run().resolve("exit"), "3\n");
        assertEquals(Optional.of(3), life.readRun().exit());
        assertEquals(origin.root().toRealPath(), life.origin().root());
        life.markCleared();
        WorkerFolder never = WorkerFolder.of(root, life("never"));
        never.markCleared();
        assertFalse(never.isCleared());
        assertTrue(origin.isCleared());
        life.remove();
        assertFalse(Files.exists(origin.root()));
        assertFalse(Files.isSymbolicLink(life.root()));
    }

    @Test
    void outputIsCutAndItsEndIsRead() throws IOException {
        Path file = root.resolve("output.log");
        OutputLog log = new OutputLog(file);
        assertEquals("", log.tail());
        assertFalse(log.limitTo(10));
        Files.writeString(file, "one\ntwo\nthree\n".repeat(1_000));
        assertTrue(log.tail().endsWith("two\nthree"));
        assertFalse(log.limitTo(Files.size(file)));
        assertTrue(log.limitTo(10));
        assertEquals(0, Files.size(file));
        assertEquals(14_000, Files.size(root.resolve("output.log.1")));
    }

    @Test
    void readsTheLastWordsOfAWorkerThatWroteSome() throws IOException {
        WorkerFolder folder = new WorkerFolder(Files.createTempDirectory("last-words"));
        assertEquals(Optional.empty(), folder.lastWords());

        Failure failure = Failure.newBuilder().setKind("x.Y").setMessage("no").build();
        Path file = Files.write(folder.root().resolve(LaunchSpec.LAST_WORDS), failure.toByteArray());

        assertEquals(Optional.of(failure), folder.lastWords());
        Files.delete(file);
        Files.delete(folder.root());
    }
}
