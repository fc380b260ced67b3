package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.Waited;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.error.TaskFailedException;
import dev.orrery.error.WorkerDiedException;
import dev.orrery.examples.ExampleProgram;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.tasks.TaskExamples;
import dev.orrery.internal.proto.ClusterView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks: values, dependencies, deaths, cancellation, recursion, and what is left of them. */
class TasksIT extends ClusterScenario {
    private static final String LABEL = "tasks";

    @TempDir
    private Path folder;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1").cpusPerNode(2).agent("agent.worker-java-options", "-Xmx256m");
    }

    /** A heap is exhausted, and a task does not end although it is told to. */
    @Override
    Pattern expectedErrors() {
        return Pattern.compile("failed: |OutOfMemoryError");
    }

    private static <T> T get(ObjectRef<T> ref) {
        return ref.get(PATIENCE);
    }

    private static long workers(ClusterView view) {
        return view.getActorsList().stream()
                .filter(actor ->
                        actor.getLabel().equals(LABEL) && !actor.getState().equals("DEAD"))
                .count();
    }

    @Test
    void valuesGoInAndComeOut() {
        assertEquals(3, get(orrery().task(Chores::add, 1, 2).submit()));
        List<ObjectRef<Integer>> sums = IntStream.range(0, 5_000)
                .mapToObj(i -> orrery().task(Chores::add, i, 1).submit())
                .toList();
        for (int i = 0; i < sums.size(); i++) {
            assertEquals(i + 1, get(sums.get(i)));
        }
        assertEquals(
                "named",
                get(orrery().task(Chores::report).name("named").submit()).task());
        assertEquals(
                7, orrery().task(Chores.timesMinus(8), 5, 3).submit().toFuture().join());
    }

    @Test
    void refsAreArgumentsBeforeTheyAreThere() {
        ObjectRef<Integer> slow = orrery().task(Chores::add, 1, 2).submit();
        ObjectRef<Integer> chain = slow;
        for (int i = 0; i < 20; i++) {
            chain = orrery().task(Chores::add, chain, Arg.of(1)).submit();
        }
        ObjectRef<Integer> both = orrery().task(Chores::add, chain, slow).submit();
        assertEquals(23 + 3, get(both));
    }

    @Test
    void objectsArePutAndWaitedFor() {
        ObjectRef<List<Integer>> numbers = orrery().put(List.of(1, 2, 3));
        List<ObjectRef<Integer>> sums = IntStream.range(0, 10)
                .mapToObj(i -> orrery().task(Chores::sum, numbers).submit())
                .toList();
        Waited<Integer> some = orrery().waitFor(sums, 3, PATIENCE);
        assertTrue(some.done().size() >= 3, () -> some.toString());
        assertEquals(Collections.nCopies(10, 6), orrery().get(sums, PATIENCE));
    }

    @Test
    void examplesComputeWhatOneThreadDoes() throws IOException {
        for (ExampleProgram example : TaskExamples.ALL) {
            List<String> told = new ArrayList<>();
            example.body().run(orrery(), told::add);
            assertEquals(1, told.size(), told::toString);
        }
    }

    @Test
    void aFailureInTheMiddleOfAChainIsTheFirstCause() {
        ObjectRef<Integer> failing =
                orrery().task(Chores::fail, "the first cause").submit();
        ObjectRef<Integer> middle =
                orrery().task(Chores::add, failing, Arg.of(1)).submit();
        ObjectRef<Integer> last = orrery().task(Chores::add, Arg.of(1), middle).submit();
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> get(last));
        assertTrue(
                failure.getMessage().startsWith("java.lang.IllegalStateException: the first cause"),
                failure::getMessage);
        assertTrue(failure.detail().contains("argument 2 of task Chores.add"), failure::getMessage);
    }

    @Test
    void whatWasThrownIsRetriedWhenAsked() {
        assertEquals(
                3,
                get(orrery().task(Chores::throwBefore, 3)
                        .retryOn(IOException.class)
                        .submit()));
        TaskFailedException once = assertThrows(
                TaskFailedException.class,
                () -> get(orrery().task(Chores::throwBefore, 2).submit()));
        assertEquals("java.io.IOException", once.failure().orElseThrow().kind());
        assertThrows(
                TaskFailedException.class,
                () -> get(orrery().task(Chores::throwBefore, 9)
                        .retryOn(IOException.class)
                        .retries(2)
                        .submit()));
    }

    @Test
    void aTaskWhoseWorkerDiesRunsAgain() {
        assertEquals(3, get(orrery().task(Chores::exitBefore, 3).submit()));
        WorkerDiedException never = assertThrows(
                WorkerDiedException.class,
                () -> get(orrery().task(Chores::exitBefore, 9).retries(0).submit()));
        assertEquals("exit", never.failure().orElseThrow().kind());
        assertTrue(never.getMessage().contains("3"), never::getMessage);
    }

    @Test
    void aTaskThatKillsItsWorkersTakesNoOthersAlong() {
        // So that the next ones are sent ahead.
        get(orrery().task(Chores::add, 0, 0).submit());
        List<ObjectRef<Integer>> sums = new ArrayList<>();
        ObjectRef<Integer> killer = null;
        for (int i = 0; i < 400; i++) {
            sums.add(orrery().task(Chores::add, i, 1).retries(1).submit());
            if (i == 200) {
                killer = orrery().task(Chores::exitBefore, 9).retries(1).submit();
            }
        }
        for (int i = 0; i < sums.size(); i++) {
            assertEquals(i + 1, get(sums.get(i)));
        }
        ObjectRef<Integer> guilty = killer;
        assertThrows(WorkerDiedException.class, () -> get(guilty));
    }

    @Test
    void aHeapThatIsExhaustedIsNamed() {
        WorkerDiedException died = assertThrows(
                WorkerDiedException.class,
                () -> get(orrery().task(Chores::exhaust).retries(0).submit()));
        assertTrue(died.getMessage().contains("OutOfMemoryError"), died::getMessage);
        assertEquals(2, get(orrery().task(Chores::add, 1, 1).submit()));
    }

    @Test
    void aCancelledTaskIsInterruptedOrNeverBegins() throws Exception {
        ObjectRef<Long> one = orrery().task(Chores::sleep, 60_000L).submit();
        ObjectRef<Long> other = orrery().task(Chores::sleep, 60_000L).submit();
        Path never = folder.resolve("never");
        ObjectRef<Void> queued =
                orrery().task(Chores::note, never.toString(), "ran").submit();
        assertThrows(DeadlineExceededException.class, () -> queued.get(Duration.ofMillis(500)));
        assertTrue(queued.cancel());
        assertFalse(queued.cancel());
        assertEquals(
                ErrorCode.CANCELLED,
                assertThrows(OrreryException.class, queued::get).code());
        assertTrue(one.cancel());
        assertTrue(other.toFuture().cancel(true));
        assertEquals(5, get(orrery().task(Chores::add, 2, 3).submit()));
        assertFalse(Files.exists(never));
    }

    @Test
    void aTaskThatDoesNotEndInItsTimeLosesItsWorker() throws Exception {
        Path file = folder.resolve("pid");
        ObjectRef<Integer> spinning = orrery().task(Chores::spin, file.toString())
                .timeout(Duration.ofSeconds(2))
                .submit();
        DeadlineExceededException late = assertThrows(DeadlineExceededException.class, spinning::get);
        assertTrue(late.getMessage().contains("was sent to worker"), late::getMessage);
        long pid = Long.parseLong(Files.readString(file));
        cluster()
                .await(
                        "the worker of the task to end",
                        view -> ProcessHandle.of(pid).isEmpty(),
                        PATIENCE);
        assertNotEquals(pid, get(orrery().task(Chores::sleep, 1L).submit()));
    }

    @Test
    @Tag("full")
    void tasksThatWaitForTasksLendTheirCpus() {
        assertEquals(3, get(orrery().task(Chores::fibonacci, 4).submit()));
        assertEquals(5, get(orrery().task(Chores::depth, 5).submit()));
    }

    @Test
    void whatFitsNowhereFailsAndSaysWhy() {
        DoesNotFitException misfit = assertThrows(
                DoesNotFitException.class,
                () -> get(orrery().task(Chores::add, 1, 2).cpus(3).submit()));
        assertTrue(misfit.getMessage().contains("needs 3 cpus, 0 gpus; free: node-1 "), misfit::getMessage);
    }

    @Test
    void whatCannotTravelIsNamed() {
        OrreryException argument = assertThrows(
                OrreryException.class, () -> orrery().task((Thread thread) -> thread.getName(), Thread.currentThread())
                        .submit());
        assertEquals(ErrorCode.NOT_SERIALIZABLE, argument.code());
        OrreryException result = assertThrows(
                OrreryException.class,
                () -> get(orrery().task(Chores::unspeakable).submit()));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, result.code());
        assertTrue(result.getMessage().contains("the result of"), result::getMessage);
    }

    @Test
    void theClusterShowsWhatDriversHaveUnderWay() throws Exception {
        ObjectRef<Long> slow =
                orrery().task(Chores::sleep, 60_000L).name("shown").submit();
        ObjectRef<int[]> large = orrery().put(new int[1 << 20]);
        cluster().await("the driver's word of it", TasksIT::isShown, PATIENCE);
        assertTrue(slow.cancel());
        assertEquals(1 << 20, get(large).length);
    }

    private static boolean isShown(ClusterView view) {
        return view.getJobsList().stream()
                .filter(job -> job.getUsage().getTasksList().stream()
                        .anyMatch(tasks -> tasks.getName().equals("shown") && tasks.getOpen() == 1))
                .anyMatch(job -> job.getUsage().getObjects().getMemoryBytes() >= 4 << 20);
    }

    @Test
    void idleWorkersAreGivenBack() {
        get(orrery().task(Chores::add, 1, 2).submit());
        cluster().await("no worker for tasks", view -> workers(view) == 0, PATIENCE);
        assertEquals(3, get(orrery().task(Chores::add, 1, 2).submit()));
    }
}
