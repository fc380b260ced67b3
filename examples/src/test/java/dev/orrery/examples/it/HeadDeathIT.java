package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.ObjectRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The head dies while tasks are submitted that need workers from it. */
class HeadDeathIT extends ClusterScenario {
    private static final int DEATHS = 3;
    /** Tasks that are submitted before the first of them is waited for. */
    private static final int OPEN = 40;
    /** Different needs, each of which has workers of its own: these come and go all the time. */
    private static final int NEEDS = 4;

    private static final int BETWEEN_DEATHS = 200;

    @TempDir
    private Path folder;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1").cpusPerNode(3);
    }

    @Test
    @Tag("full")
    void eachTaskRunsOnceAndIsDone() throws Exception {
        Path ran = folder.resolve("ran");
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Integer> submitter = CompletableFuture.supplyAsync(
                () -> submitAll(ran, enough, done), thread -> new Thread(thread, "submitter").start());
        for (int i = 0; i < DEATHS; i++) {
            awaitDone(done, submitter, done.get() + BETWEEN_DEATHS);
            cluster().killHead();
            cluster().startHead();
        }
        awaitDone(done, submitter, done.get() + BETWEEN_DEATHS);
        enough.set(true);
        int submitted = get(submitter);
        assertEquals(
                IntStream.range(0, submitted).boxed().toList(),
                numbers(ran),
                "no worker died, so each task ran once; it is known by its number");
    }

    private int submitAll(Path ran, AtomicBoolean enough, AtomicInteger done) {
        Deque<ObjectRef<Void>> open = new ArrayDeque<>();
        int number = 0;
        while (!enough.get()) {
            open.add(submit(ran, number));
            number++;
            if (open.size() == OPEN) {
                open.remove().get(PATIENCE);
                done.incrementAndGet();
            }
        }
        open.forEach(last -> last.get(PATIENCE));
        return number;
    }

    private ObjectRef<Void> submit(Path ran, int number) {
        return orrery().task(Chores::note, ran.toString(), Integer.toString(number))
                .cpus(1)
                .memory(1L << (20 + number / OPEN % NEEDS))
                .submit();
    }

    private static void awaitDone(AtomicInteger done, CompletableFuture<Integer> submitter, int count)
            throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (done.get() < count) {
            if (submitter.isDone()) {
                throw new AssertionError("the submitter ended: " + get(submitter));
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + PATIENCE + " for " + count + " tasks; " + done + " are done");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static List<Integer> numbers(Path ran) throws IOException {
        return Files.readAllLines(ran).stream().map(Integer::valueOf).sorted().toList();
    }
}
