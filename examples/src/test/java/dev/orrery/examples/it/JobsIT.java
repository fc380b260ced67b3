package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.cluster.ProcessFigures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many drivers, one after the other, leave a cluster as it was. */
class JobsIT extends ClusterScenario {
    private static final int FEW = 3;
    private static final int MANY = 160;
    /** At a time. */
    private static final int DRIVERS = 2;
    /** What caches take before they have what they need, and code that is loaded when it is first run. */
    private static final int WARM_UP = 4;

    /** After a few jobs a head has not loaded yet all that it needs for many. */
    private static final int LONG_WARM_UP = 40;

    private static final int SLACK_THREADS = 5;
    private static final double SLACK_METASPACE = 1.1;
    private static final Pattern NAMED = Pattern.compile("--(?:head|agent)\\.name=(\\S+)");
    /** Of what {@code jstat -gc} prints: the kilobytes of metaspace that are used. */
    private static final String METASPACE_COLUMN = "MU";

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1");
    }

    /** Of a process that outlives the jobs. */
    private record Footprint(int threads, double metaspaceKilobytes) {
        static Footprint of(long pid) throws IOException, InterruptedException {
            return new Footprint(ProcessFigures.threads(pid).orElseThrow(), metaspace(pid));
        }
    }

    @Test
    void aFewJobsLeaveNothingBehind() throws Exception {
        runJobs(WARM_UP, FEW);
    }

    @Test
    @Tag("full")
    @Timeout(900)
    void twoHundredJobsLeaveNothingBehind() throws Exception {
        runJobs(LONG_WARM_UP, MANY);
    }

    private void runJobs(int warmUp, int count) throws Exception {
        runInTurns(warmUp);
        Map<String, Footprint> before = footprints();
        long begun = System.nanoTime();
        runInTurns(count);
        long each = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / count;
        Map<String, Footprint> after = footprints();
        System.out.printf("%d jobs, %d ms each%n  %s%n  %s%n", count, each, before, after);
        before.forEach((name, then) -> {
            Footprint now = after.get(name);
            String both = name + ": " + then + ", then " + now;
            assertTrue(now.threads() <= then.threads() + SLACK_THREADS, both);
            assertTrue(now.metaspaceKilobytes() <= SLACK_METASPACE * then.metaspaceKilobytes(), both);
        });
    }

    private void runInTurns(int count) throws Exception {
        List<CompletableFuture<Void>> drivers = new ArrayList<>();
        for (int driver = 0; driver < DRIVERS; driver++) {
            int first = driver;
            drivers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int job = first; job < count; job += DRIVERS) {
                            runJob(job);
                        }
                    },
                    work -> new Thread(work, "driver-" + first).start()));
        }
        for (CompletableFuture<Void> driver : drivers) {
            driver.get(count * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** A task and an actor, each in a worker with the job's own code. */
    private void runJob(int number) {
        try (Orrery job = Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .build())) {
            ObjectRef<Integer> sum = job.task(Chores::add, number, 1).submit();
            ActorRef<Counter> counter =
                    job.actor(Counter::new, number).cpus(0.1).start();
            assertEquals(
                    number + 2,
                    counter.call(Counter::increment, 2)
                            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join());
            assertEquals(number + 1, sum.get(PATIENCE));
        }
    }

    private Map<String, Footprint> footprints() throws IOException, InterruptedException {
        cluster()
                .await(
                        "no actor of a job",
                        view -> view.getActorsList().stream()
                                .allMatch(actor -> actor.getState().equals("DEAD")),
                        PATIENCE);
        Map<String, Footprint> found = new TreeMap<>();
        for (long pid : cluster().processIds()) {
            Matcher name = NAMED.matcher(ProcessFigures.commandLine(pid));
            if (name.find()) {
                found.put(name.group(1), Footprint.of(pid));
            }
        }
        assertTrue(found.size() >= 2, "a head and an agent: " + found);
        return found;
    }

    private static double metaspace(long pid) throws IOException, InterruptedException {
        Process jstat = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jstat").toString(), "-gc", Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        String said = new String(jstat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(jstat.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "jstat ends");
        String[] lines = said.strip().split("\n", -1);
        assertEquals(2, lines.length, said);
        List<String> names = List.of(lines[0].strip().split("\\s+", -1));
        return Double.parseDouble(lines[1].strip().split("\\s+", -1)[names.indexOf(METASPACE_COLUMN)]);
    }
}
