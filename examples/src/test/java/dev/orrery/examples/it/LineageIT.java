package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.TaskBuilder;
import dev.orrery.error.ObjectLostException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large results lie with the worker of another host that made them; when it dies they are made again, as far as that may be. */
class LineageIT extends ClusterScenario {
    private static final int LENGTH = 100_000;

    @TempDir
    private Path folder;

    private String notes;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1", "node-2").cpusPerNode(2).agent("node-2", "worlds.host-id", "host-2");
    }

    @BeforeEach
    void begin() {
        notes = folder.resolve("notes").toString();
    }

    private List<String> notes() throws IOException {
        List<String> all = Files.readAllLines(Path.of(notes));
        Collections.sort(all);
        return all;
    }

    private TaskBuilder<Tensor> ramp() {
        return orrery().task(Chores::notedRamp, LENGTH, notes).onNode("node-2");
    }

    private TaskBuilder<Tensor> copy(ObjectRef<Tensor> of) {
        return orrery().task(Chores::notedCopy, of, Arg.of(notes)).onNode("node-2");
    }

    private void awaitDone(ObjectRef<Tensor> ref) {
        assertEquals(List.of(), orrery().waitFor(List.of(ref), 1, PATIENCE).pending());
    }

    /** An idle worker would give its results to their owner, and end. */
    private void killWorkersBeforeTheyAreGivenBack() {
        ObjectRef<Long> busy = orrery().task(Chores::sleep, 60_000L)
                .retries(0)
                .onNode("node-2")
                .submit();
        killWorkers();
        busy.cancel();
    }

    private void killWorkers() {
        cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .filter(actor -> !actor.getState().equals("DEAD"))
                .mapToLong(ActorView::getPid)
                .filter(pid -> pid > 0)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private static void assertRamp(ObjectRef<Tensor> ref) {
        try (Tensor tensor = ref.get(PATIENCE)) {
            assertEquals(LENGTH - 1f, tensor.getFloat(LENGTH - 1));
        }
    }

    @Test
    void aResultIsMadeAgainWhenItsWorkerDied() throws IOException {
        ObjectRef<Tensor> ramp = ramp().submit();
        awaitDone(ramp);
        killWorkersBeforeTheyAreGivenBack();
        assertRamp(ramp);
        assertEquals(List.of("ramp", "ramp"), notes());
    }

    @Test
    void whatItIsMadeOfIsMadeAgainToo() throws IOException {
        ObjectRef<Tensor> ramp = ramp().submit();
        ObjectRef<Tensor> copy = copy(ramp).submit();
        awaitDone(copy);
        // Nobody refers to it any more but the copy, should that be lost.
        ramp.release();
        killWorkersBeforeTheyAreGivenBack();
        assertRamp(copy);
        assertEquals(List.of("copy", "copy", "ramp", "ramp"), notes());
    }

    @Test
    void aTaskWhoseArgumentIsLostWaitsForItToBeMadeAgain() throws IOException {
        ObjectRef<Tensor> ramp = ramp().submit();
        awaitDone(ramp);
        killWorkersBeforeTheyAreGivenBack();
        assertEquals(
                LENGTH - 1f,
                orrery().task(Chores::at, ramp, Arg.of(LENGTH - 1))
                        .onNode("node-1")
                        .submit()
                        .get(PATIENCE));
        assertEquals(List.of("ramp", "ramp"), notes());
    }

    @Test
    void itIsMadeAgainAsOftenAsItsTaskMayRepeat() throws IOException {
        ObjectRef<Tensor> ramp = ramp().retries(0).submit();
        awaitDone(ramp);
        killWorkersBeforeTheyAreGivenBack();
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> ramp.get(PATIENCE));
        assertTrue(lost.getMessage().contains("on node node-2"), lost.getMessage());
        assertTrue(lost.getMessage().contains("retries: 0"), lost.getMessage());
        assertEquals(List.of("ramp"), notes());
    }

    @Test
    void whatAWorkerPutIsLostWithIt() {
        ObjectRef<int[]> put = orrery().task(Chores::putSquares, LENGTH)
                .onNode("node-2")
                .submit()
                .get(PATIENCE);
        killWorkersBeforeTheyAreGivenBack();
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> put.get(PATIENCE));
        assertTrue(lost.getMessage().contains("on node node-2"), lost.getMessage());
    }
}
