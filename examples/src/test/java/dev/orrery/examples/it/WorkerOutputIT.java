package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.WorkerOutput;
import dev.orrery.examples.cluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What workers print: to be read from anywhere while they live and after it, and shown to the driver that started them. */
class WorkerOutputIT extends ClusterScenario {
    private static final Pattern LEFT_OUT = Pattern.compile("\\(orrery\\) lines left out: ([\\d,]+) \\(.*");

    @TempDir
    private Path folder;

    @Override
    LocalClusterOptions.Builder options() {
        // Some are launched, some are warm.
        return super.options().agent("agent.warm-workers", "1");
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited for " + what);
            Thread.sleep(20);
        }
    }

    private ActorRef<Crier> crier(Orrery orrery, String name) {
        return orrery.actor(Crier::new, name).name(name).cpus(0.1).start();
    }

    /** A driver that is shown what its workers print. */
    private Orrery driver(WorkerOutput output) {
        return Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .workerOutput(output)
                .build());
    }

    /** The command line in a process of its own, whose output goes to a file. */
    private record Command(Process process, Path output, Path errors) implements AutoCloseable {
        String text() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        Command awaitEnd(int exitCode) throws Exception {
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it did not end");
            assertEquals(exitCode, process.exitValue(), () -> text() + errorText());
            return this;
        }

        String errorText() {
            try {
                return Files.readString(errors);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private Command logs(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dlogback.configurationFile=conf/logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.orrery.examples.cli.OrreryMain",
                "logs",
                "--address",
                cluster().address(),
                "--secret-file",
                cluster().secretFile().toString()));
        line.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", "");
        Path errors = Files.createTempFile(folder, "errors", "");
        Process process = new ProcessBuilder(line)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        return new Command(process, output, errors);
    }

    @Test
    void aLogIsShownAndFollowedWhileItsWorkerLivesAndAfterItsDeath() throws Exception {
        ActorRef<Crier> crier = crier(orrery(), "anna");
        get(crier.call(Crier::cry, "one"));
        get(crier.call(Crier::complain, "of two"));
        try (Command follow = logs("anna", "--lines", "1", "--follow")) {
            await("the last line", () -> follow.text().contains("anna complains of two"));
            assertFalse(follow.text().contains("anna cries one"), follow::text);
            get(crier.call(Crier::cry, "three"));
            await("the next line", () -> follow.text().contains("anna cries three"));

            ProcessHandle.of(crier.status().pid()).orElseThrow().destroyForcibly();
            follow.awaitEnd(0);
            assertTrue(follow.errorText().contains("its worker has ended"), follow::errorText);
        }
        assertEquals("DEAD", crier.status().state());
        try (Command after = logs(crier.id(), "--lines", "10").awaitEnd(0)) {
            assertTrue(after.text().contains("anna complains of two\nanna cries three\n"), after::text);
        }
        try (Command unknown = logs("nobody").awaitEnd(1)) {
            assertTrue(unknown.errorText().contains("NOT_FOUND"), unknown::errorText);
        }
    }

    @Test
    @Tag("full")
    void anEarlierLifesLogIsThereStill() throws Exception {
        ActorRef<Crier> crier = orrery().actor(Crier::new, "bea")
                .name("bea")
                .cpus(0.1)
                .restarts(3)
                .callRetries(3)
                .start();
        get(crier.call(Crier::cry, "in her first life"));
        ProcessHandle.of(crier.status().pid()).orElseThrow().destroyForcibly();
        get(crier.call(Crier::cry, "in her second life"));
        try (Command first = logs("bea", "--incarnation", "1").awaitEnd(0);
                Command second = logs("bea").awaitEnd(0)) {
            assertTrue(first.text().contains("bea cries in her first life"), first::text);
            assertFalse(first.text().contains("second"), first::text);
            assertTrue(second.text().contains("bea cries in her second life"), second::text);
        }
        crier.kill();
    }

    @Test
    void theDriverIsShownWhatItsActorsAndTasksPrint() throws Exception {
        List<String> shown = new CopyOnWriteArrayList<>();
        try (Orrery driver = driver(WorkerOutput.to(shown::add))) {
            ActorRef<Crier> crier = crier(driver, "cora");
            ActorRef<Crier> other = crier(orrery(), "another-drivers");
            get(other.call(Crier::cry, "for somebody else"));
            get(crier.call(Crier::cry, "one"));
            assertEquals(2, driver.task(Crier::call, "me").submit().get(PATIENCE));
            long pid = crier.status().pid();
            await("a line of each", () -> has(shown, "cora cries one") && has(shown, "a task calls me"));
            Pattern line = Pattern.compile("\\(cora pid=" + pid + ", node-[ab]\\) cora cries one");
            assertEquals(
                    1,
                    shown.stream().filter(text -> line.matcher(text).matches()).count(),
                    shown::toString);
            Pattern task = Pattern.compile("\\(tasks pid=\\d+, node-[ab]\\) a task calls me");
            assertEquals(
                    1,
                    shown.stream().filter(text -> task.matcher(text).matches()).count(),
                    shown::toString);

            get(crier.call(Crier::cry, "her last words"));
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await("what was printed before a death", () -> has(shown, "cora cries her last words"));
            assertFalse(has(shown, "is open"), "the worker's own words: " + shown);
            assertFalse(has(shown, "somebody else"), shown::toString);
            other.kill();

            ActorRef<Crier> last = crier(driver, "dora");
            get(last.call(Crier::cry, "just before the end"));
        }
        assertTrue(has(shown, "dora cries just before the end"), shown::toString);
    }

    private static boolean has(List<String> shown, String text) {
        return shown.stream().anyMatch(line -> line.contains(text));
    }

    @Test
    void linesThatAreTooManyAreCountedAndNobodyWaitsForADriver() throws Exception {
        int lines = 20_000;
        List<String> shown = new CopyOnWriteArrayList<>();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        WorkerOutput output = WorkerOutput.to(line -> {
                    blocked.countDown();
                    awaitQuietly(goOn);
                    shown.add(line);
                })
                .atMost(50);
        try (Orrery driver = driver(output)) {
            ActorRef<Crier> crier = crier(driver, "eva");
            get(crier.call(Crier::cry, "first"));
            assertTrue(blocked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            get(crier.call(Crier::chant, lines));
            assertEquals(3, get(crier.call(Crier::cry, "end")), "its worker went on");
            goOn.countDown();
            await("all to be shown or counted", () -> leftOut(shown) + printed(shown) == lines + 2);
            assertTrue(printed(shown) < lines / 4, () -> printed(shown) + " lines were shown");
        }
    }

    private static long printed(List<String> shown) {
        return shown.stream().filter(line -> line.startsWith("(eva ")).count();
    }

    private static long leftOut(List<String> shown) {
        return shown.stream()
                .map(LEFT_OUT::matcher)
                .filter(Matcher::matches)
                .mapToLong(told -> Long.parseLong(told.group(1).replace(",", "")))
                .sum();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @Tag("full")
    void aNodesAndATasksWorkersAreShownTogether() throws Exception {
        ActorRef<Crier> crier = crier(orrery(), "fanny");
        get(crier.call(Crier::cry, "aloud"));
        String node = crier.status().node();
        assertEquals(4, orrery().task(Crier::call, "four").submit().get(PATIENCE));
        try (Command onNode = logs("--node", node, "--lines", "1000").awaitEnd(0);
                Command ofTask = logs("--task", orrery().job() + "-1").awaitEnd(0)) {
            Pattern line = Pattern.compile("(?m)^\\(fanny pid=\\d+, " + node + "\\) fanny cries aloud$");
            assertTrue(line.matcher(onNode.text()).find(), onNode::text);
            assertTrue(ofTask.text().contains("a task calls four"), ofTask::text);
            assertFalse(ofTask.text().contains("fanny"), ofTask::text);
        }
        crier.kill();
    }
}
