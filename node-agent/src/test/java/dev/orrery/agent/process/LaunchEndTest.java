package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchEndTest {
    private static final String NONCE = "nonce";

    @TempDir
    Path root;

    private final TestingProcesses processes = new TestingProcesses();
    private final ManualTimers timers = new ManualTimers(new TestingClock());
    private final LaunchEnd end = new LaunchEnd(processes, timers);
    private final ProcessId stranger = processes.add(5, 1, 5);
    private final ProcessId shim = processes.add(10, 100, 10);
    private WorkerFolder folder;

    @BeforeEach
    void write() throws IOException {
        folder = new WorkerFolder(root);
        folder.create();
        Files.writeString(folder.run().resolve("shim"), "10 100 " + TestingProcesses.BOOT + "\n");
        Files.writeString(folder.run().resolve("worker"), "11 101\n");
        Files.writeString(folder.run().resolve("exit"), "137\n");
    }

    private CompletableFuture<Void> end() {
        CompletableFuture<Void> done = end.of(folder, NONCE);
        timers.runAll();
        return done;
    }

    private void look() {
        timers.advance(Duration.ofMillis(10));
    }

    @Test
    void withNothingLeftTheShimGoes() {
        assertTrue(end().isDone());
        assertEquals(List.of(shim), processes.killed);
        assertTrue(processes.isAlive(stranger));
    }

    @Test
    void theSessionIsKilledAndTheShimAfterIt() {
        ProcessId child = processes.add(12, 102, 10);
        ProcessId grandchild = processes.add(13, 103, 10);
        CompletableFuture<Void> done = end();
        assertEquals(List.of(child, grandchild), processes.killed);
        assertFalse(done.isDone(), "looked again before it counts");
        look();
        assertTrue(done.isDone());
        assertEquals(List.of(child, grandchild, shim), processes.killed);
    }

    @Test
    void whatDoesNotDieIsAwaited() {
        ProcessId stuck = processes.add(12, 102, 10);
        processes.unkillable.add(stuck);
        CompletableFuture<Void> done = end();
        for (int i = 0; i < 600; i++) {
            look();
        }
        assertFalse(done.isDone());
        assertTrue(processes.isAlive(shim), "it keeps the session's number");
        processes.unkillable.clear();
        look();
        look();
        assertTrue(done.isDone());
    }

    @Test
    void aSessionOfItsOwnIsFoundByTheMark() {
        ProcessId escaped = processes.add(12, 102, 12);
        processes.marks.put(escaped, NONCE);
        ProcessId anothers = processes.add(14, 104, 14);
        processes.marks.put(anothers, "another nonce");
        end();
        assertFalse(processes.isAlive(escaped));
        assertTrue(processes.isAlive(anothers));
    }

    @Test
    void whatCannotBeLookedIntoIsWaitedForBriefly() {
        ProcessId closed = processes.add(12, 102, 12);
        processes.closed.add(closed);
        CompletableFuture<Void> done = end();
        for (int i = 0; i < 9; i++) {
            look();
        }
        assertFalse(done.isDone());
        assertTrue(processes.isAlive(shim));
        look();
        assertTrue(done.isDone());
        assertEquals(List.of(shim), processes.killed);
    }

    @Test
    void ifItTurnsOutLaterToBeOfTheLaunchItIsKilledThen() {
        ProcessId closed = processes.add(12, 102, 12);
        ProcessId strangers = processes.add(14, 104, 14);
        processes.closed.addAll(List.of(closed, strangers));
        CompletableFuture<Void> done = end();
        timers.advance(Duration.ofSeconds(5));
        assertTrue(done.isDone());
        processes.closed.clear();
        processes.marks.put(closed, NONCE);
        timers.advance(Duration.ofSeconds(1));
        assertFalse(processes.isAlive(closed));
        assertTrue(processes.isAlive(strangers));
        int[] looks = {0};
        processes.beforeLook = () -> looks[0]++;
        timers.advance(Duration.ofMinutes(5));
        assertTrue(looks[0] <= 1, "nothing is unclear any more");
    }

    @Test
    void oneOfTheSessionIsKilledWithoutBeingLookedInto() {
        ProcessId closed = processes.add(12, 102, 10);
        processes.closed.add(closed);
        CompletableFuture<Void> done = end();
        look();
        assertTrue(done.isDone());
        assertEquals(List.of(closed, shim), processes.killed);
    }

    @Test
    void aSessionWithoutItsFirstProcessCountsOnlyByWhoIsKnownToBeOfIt() {
        processes.kill(shim);
        ProcessId unmarked = processes.add(12, 102, 10);
        assertTrue(end().isDone());
        assertTrue(processes.isAlive(unmarked), "the number may have been given anew");
        ProcessId marked = processes.add(13, 103, 10);
        processes.marks.put(marked, NONCE);
        end();
        assertFalse(processes.isAlive(marked));
        assertFalse(processes.isAlive(unmarked), "the marked one shows whose session it is");
    }

    @Test
    void aNumberGivenAnewIsNobodysOfOurs() {
        processes.kill(shim);
        ProcessId successor = processes.add(10, 500, 10);
        ProcessId itsChild = processes.add(15, 501, 10);
        processes.killed.clear();
        assertTrue(end().isDone());
        assertEquals(List.of(), processes.killed);
        assertTrue(processes.isAlive(successor) && processes.isAlive(itsChild));
    }

    @Test
    void whatIsOlderThanTheLaunchIsNotOfIt() {
        processes.marks.put(stranger, NONCE);
        end();
        assertTrue(processes.isAlive(stranger));
    }

    @Test
    void beforeTheLastBootNothingCanBeLeft() throws IOException {
        Files.writeString(folder.run().resolve("shim"), "10 100 boot-before\n");
        ProcessId child = processes.add(12, 102, 10);
        assertTrue(end().isDone());
        assertEquals(List.of(), processes.killed);
        assertTrue(processes.isAlive(child));
    }

    @Test
    void oneThatBegetsOthersWhileTheyAreListedIsNotMissed() {
        ProcessId parent = processes.add(12, 102, 10);
        int[] looks = {0};
        processes.beforeLook = () -> {
            looks[0]++;
            if (looks[0] == 3) {
                // Seen by no look before; its parent is gone.
                processes.add(13, 103, 10);
            }
        };
        CompletableFuture<Void> done = end();
        assertFalse(processes.isAlive(parent));
        look();
        assertFalse(done.isDone());
        look();
        look();
        assertTrue(done.isDone());
        assertEquals(
                List.of(stranger), processes.table.stream().map(HostProcess::id).toList());
    }
}
