package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.TestingSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shell script around a worker, with commands that are quicker than a JVM. */
@Timeout(30)
class WorkerShimIT {
    @TempDir
    Path root;

    private final LinuxProcesses processes = LinuxProcesses.open();
    private WorkerFolder folder;
    private Path shim;

    @BeforeEach
    void install() throws IOException {
        folder = new WorkerFolder(root.resolve("worker"));
        folder.create();
        shim = root.resolve("shim.sh");
        ClassArchive none = new ClassArchive(root, "", List.of(), "");
        new WorkerLauncher(shim, "", List.of(), "", none).install();
    }

    @AfterEach
    void close() {
        processes.close();
    }

    private Process start(String script) throws IOException {
        List<String> line = new ArrayList<>(List.of("setsid", "/bin/sh", shim.toString()));
        line.addAll(List.of(folder.run().toString(), "/bin/sh", "-c", script));
        ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
        builder.environment().put(LaunchMark.VARIABLE, root.toString());
        return builder.start();
    }

    private static void awaitEnd(Process process) throws InterruptedException {
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "the shim did not end");
    }

    private ProcessId awaitWorker() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (folder.readRun().worker().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        return folder.readRun().worker().orElseThrow();
    }

    @Test
    void theExitCodeIsRecorded() throws Exception {
        awaitEnd(start("exit 3"));
        RunRecord record = folder.readRun();
        assertEquals(Optional.of(3), record.exit());
        assertEquals(Optional.of(processes.bootId()), record.bootId());
        assertEquals(new Verdict.Gone(new ExitStatus.Code(3)), Verdict.look(folder, processes));
    }

    @Test
    void aSignalIsRecorded() throws Exception {
        Process process = start("exec sleep 60");
        ProcessId worker = awaitWorker();
        assertEquals(new Verdict.Alive(Optional.of(worker)), Verdict.look(folder, processes));
        assertFalse(processes.isAlive(new ProcessId(worker.pid(), worker.startTime() + 1)), "another of that pid");
        processes.kill(new ProcessId(worker.pid(), worker.startTime() + 1));
        assertTrue(processes.isAlive(worker));
        processes.kill(worker);
        awaitEnd(process);
        assertEquals(new Verdict.Gone(new ExitStatus.Signal(9)), Verdict.look(folder, processes));
    }

    @Test
    void theShimOutlivesSignalsAndTheWorkerDoesNotInheritThat() throws Exception {
        Process process = start("exec sleep 60");
        ProcessId worker = awaitWorker();
        process.destroy();
        assertFalse(process.waitFor(200, TimeUnit.MILLISECONDS));
        assertTrue(processes.isAlive(worker));
        processes.terminate(worker);
        awaitEnd(process);
        assertEquals(new Verdict.Gone(new ExitStatus.Signal(15)), Verdict.look(folder, processes));
    }

    @Test
    void aKilledShimLeavesAWorkerThatIsStillKnown() throws Exception {
        Process process = start("exec sleep 60");
        ProcessId worker = awaitWorker();
        process.destroyForcibly();
        awaitEnd(process);
        assertEquals(new Verdict.Alive(Optional.of(worker)), Verdict.look(folder, processes));
        processes.kill(worker);
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (processes.isAlive(worker) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        Verdict.Gone gone = (Verdict.Gone) Verdict.look(folder, processes);
        assertTrue(gone.status() instanceof ExitStatus.Lost, gone.toString());
    }

    @Test
    void whatTheWorkerStartedGoesWithIt() throws Exception {
        Path child = root.resolve("child");
        awaitEnd(start("sleep 60 & echo $! > " + child + "; exit 0"));
        long pid = Long.parseLong(Files.readString(child).strip());
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (alive(pid) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertFalse(alive(pid));
        assertEquals(Optional.of(0), folder.readRun().exit());
    }

    /** Of the session, of another process group, of a session of its own; all deaf to SIGTERM, and with a child each. */
    private static final String STRAYS = "trap '' TERM; "
            + "(sleep 60 & echo $! >> %1$s; sleep 60) & echo $! >> %1$s; "
            + "set -m; (sleep 60 & echo $! >> %1$s; sleep 60) & echo $! >> %1$s; set +m; "
            + "setsid /bin/sh -c 'sleep 60 & echo $! >> %2$s; echo $$ >> %2$s; exec sleep 60' & ";

    /** In the order of their pids' appearance, which differs from run to run. */
    private record Strays(List<Long> ofSession, List<Long> ofAnother) {
        List<Long> all() {
            return Stream.concat(ofSession.stream(), ofAnother.stream()).toList();
        }
    }

    private Process startWithStrays() throws IOException {
        return start(STRAYS.formatted(root.resolve("own"), root.resolve("other")) + "exec sleep 60");
    }

    private Strays awaitStrays() throws Exception {
        Strays strays = new Strays(awaitPids(root.resolve("own"), 4), awaitPids(root.resolve("other"), 2));
        assertEquals(strays.all(), living(strays.all()));
        return strays;
    }

    private static List<Long> awaitPids(Path file, int count) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!Files.exists(file) || Files.readAllLines(file).size() < count) {
            assertTrue(System.nanoTime() < end, "not all children were started: see " + file);
            Thread.sleep(5);
        }
        return Files.readAllLines(file).stream().map(Long::parseLong).toList();
    }

    private static List<Long> living(List<Long> pids) throws IOException {
        List<Long> living = new ArrayList<>();
        for (long pid : pids) {
            if (alive(pid)) {
                living.add(pid);
            }
        }
        return living;
    }

    private static void awaitDead(List<Long> pids) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!living(pids).isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertEquals(List.of(), living(pids));
    }

    /** As an agent does. */
    private void endStrays() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        try {
            new LaunchEnd(processes, executor).of(folder, root.toString()).get(5, TimeUnit.SECONDS);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void theShimAloneKillsItsWholeSessionAndAnAgentWhatHasLeftIt() throws Exception {
        Process process = startWithStrays();
        Strays strays = awaitStrays();
        processes.kill(awaitWorker());
        awaitEnd(process);
        awaitDead(strays.ofSession());
        assertEquals(strays.ofAnother(), living(strays.all()), "they made a session of their own");
        endStrays();
        assertEquals(List.of(), living(strays.all()));
    }

    @Test
    void anAgentKillsWhatAKilledShimLeaves() throws Exception {
        Process process = startWithStrays();
        Strays strays = awaitStrays();
        ProcessId worker = awaitWorker();
        process.destroyForcibly();
        awaitEnd(process);
        endStrays();
        assertEquals(List.of(), living(strays.all()));
        assertFalse(processes.isAlive(worker));
    }

    @Test
    void aStoppedShimIsEndedAfterWhatItGuards() throws Exception {
        Process process = startWithStrays();
        Strays strays = awaitStrays();
        ProcessId worker = awaitWorker();
        TestingSignals.send("STOP", process.pid());
        processes.kill(worker);
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!(Verdict.look(folder, processes) instanceof Verdict.Untold) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertEquals(new Verdict.Untold(), Verdict.look(folder, processes));
        endStrays();
        assertEquals(List.of(), living(strays.all()));
        awaitEnd(process);
        Verdict.Gone gone = (Verdict.Gone) Verdict.look(folder, processes);
        assertTrue(gone.status() instanceof ExitStatus.Lost, gone.toString());
    }

    /** Not a zombie either; nobody may be there to reap an orphan in a container. */
    private static boolean alive(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    }

    @Test
    void aForbiddenStartStartsNothing() throws Exception {
        assertTrue(folder.preventStart());
        Path trace = root.resolve("trace");
        awaitEnd(start("touch " + trace));
        assertFalse(Files.exists(trace));
        assertEquals(Optional.empty(), folder.readRun().exit());
    }
}
