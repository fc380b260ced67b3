package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.PlacementOptions;
import dev.orrery.PlacementPolicy;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.error.WorkerDiedException;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The owner's side of tasks, against workers that a test scripts. */
@Timeout(60)
class TaskWorkersTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestingTaskCluster cluster = new TestingTaskCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private ObjectRef<Integer> submit(int retries, Duration timeout, Arg<Integer> argument) {
        return cluster.submit(retries, timeout, argument);
    }

    private ObjectRef<Integer> submit(int value) {
        return submit(3, LONG, Arg.of(value));
    }

    /** So that it is known how short they are. */
    private void runShortOne() {
        ObjectRef<Integer> first = submit(0);
        cluster.next().echo(TimeUnit.MICROSECONDS.toNanos(1));
        assertEquals(0, first.get(LONG));
    }

    @Test
    void oneWorkerRunsTasksOneAfterTheOther() {
        ObjectRef<Integer> first = submit(1);
        TestingTaskCluster.Call call = cluster.next();
        assertEquals("Math.negateExact", call.task().getName());
        assertEquals(1, call.task().getAttempt());
        call.echo();
        assertEquals(1, first.get(LONG));
        ObjectRef<Integer> second = submit(2);
        cluster.next().echo();
        assertEquals(2, second.get(LONG));
        assertEquals(1, cluster.started());
    }

    @Test
    void tasksWithOtherNeedsHaveOtherWorkers() {
        PlacementOptions none = PlacementOptions.none();
        PlacementOptions tpu = new PlacementOptions(
                1_024, Map.of("tpu", 0.5), Map.of(), Optional.empty(), PlacementPolicy.EVEN, Optional.empty());
        PlacementOptions zone = new PlacementOptions(
                0, Map.of(), Map.of("zone", "a"), Optional.of("n1"), PlacementPolicy.PACK, Optional.empty());
        int number = 0;
        for (PlacementOptions placement : List.of(none, tpu, zone, none, tpu, zone)) {
            ObjectRef<Integer> ref = cluster.submit(3, LONG, placement, Arg.of(number));
            TestingTaskCluster.Call call = cluster.next();
            assertEquals("7-" + (number % 3 + 1), call.workerName());
            call.echo(TimeUnit.MICROSECONDS.toNanos(1));
            assertEquals(number, ref.get(LONG));
            number++;
        }
        List<PlainActorSpec> asked = cluster.asked();
        assertEquals(3, asked.size());
        assertEquals(1_024, asked.get(1).getResources().getMemoryBytes());
        assertEquals(Map.of("tpu", 500L), asked.get(1).getResources().getMilliNamedMap());
        NodeChoice choice = asked.get(2).getNodeChoice();
        assertEquals("n1", choice.getNode());
        assertEquals(Map.of("zone", "a"), choice.getLabelsMap());
        assertEquals(NodeChoice.Policy.PACK, choice.getPolicy());
    }

    @Test
    void shortTasksAreSentAheadAndLongOnesNot() {
        runShortOne();
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            refs.add(submit(i));
        }
        List<TestingTaskCluster.Call> ahead = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ahead.add(cluster.next());
        }
        ahead.forEach(TestingTaskCluster.Call::echo);
        for (int i = 0; i < 100; i++) {
            assertEquals(i, refs.get(i).get(LONG));
        }
    }

    @Test
    void whatWaitsBehindATaskThatTakesLongGoesToAnotherWorker() {
        runShortOne();
        submit(1);
        ObjectRef<Integer> behind = submit(2);
        TestingTaskCluster.Call longer = cluster.next();
        TestingTaskCluster.Call second = cluster.next();
        assertEquals(longer.workerName(), cluster.nextWithdrawal());
        second.fail(OrreryException.of(ErrorCode.UNAVAILABLE, "not begun"));
        TestingTaskCluster.Call elsewhere = cluster.next();
        assertEquals("7-2", elsewhere.workerName());
        elsewhere.echo();
        assertEquals(2, behind.get(LONG));
        longer.echo();
    }

    @Test
    void whatAWorkerThatDiedHadIsSentAgainAlone() {
        runShortOne();
        ObjectRef<Integer> one = submit(1);
        ObjectRef<Integer> other = submit(2);
        TestingTaskCluster.Call first = cluster.next();
        cluster.next();
        first.die("exit", "code 3");
        TestingTaskCluster.Call again = cluster.next();
        assertEquals(2, again.task().getAttempt());
        again.echo();
        cluster.next().echo();
        assertEquals(1, one.get(LONG));
        assertEquals(2, other.get(LONG));
    }

    @Test
    void aTaskThatKillsItsWorkersFailsWithTheLastDeath() {
        ObjectRef<Integer> killer = submit(1, LONG, Arg.of(1));
        cluster.next().die("exit", "code 3");
        cluster.next().die("exit", "code 4");
        WorkerDiedException died = assertThrows(WorkerDiedException.class, () -> killer.get(LONG));
        assertTrue(died.getMessage().startsWith("exit: code 4"), died::getMessage);
        assertTrue(died.getMessage().contains("as 1 before it"), died::getMessage);
    }

    @Test
    void withoutRetriesItNeverRunsTwice() {
        ObjectRef<Integer> once = submit(0, LONG, Arg.of(1));
        cluster.next().die("signal", "9");
        assertThrows(WorkerDiedException.class, () -> once.get(LONG));
        assertTrue(cluster.isQuiet());
    }

    @Test
    void whatIsGivenBackGoesToAnotherWorkerAndCountsForNothing() {
        ObjectRef<Integer> one = submit(0, LONG, Arg.of(1));
        TestingTaskCluster.Call busy = cluster.next();
        busy.fail(OrreryException.of(ErrorCode.UNAVAILABLE, "what runs here waits"));
        TestingTaskCluster.Call again = cluster.next();
        assertEquals(1, again.task().getAttempt());
        again.echo();
        assertEquals(1, one.get(LONG));
    }

    @Test
    void anArgumentIsWaitedForAndItsFailureIsTheFirstCause() {
        ObjectRef<Integer> first = submit(1);
        ObjectRef<Integer> second = submit(3, LONG, first);
        TestingTaskCluster.Call call = cluster.next();
        assertTrue(cluster.isQuiet());
        call.fail(OrreryException.of(ErrorCode.TASK_FAILED, "it threw"));
        OrreryException failed = assertThrows(OrreryException.class, () -> second.get(LONG));
        assertEquals(ErrorCode.TASK_FAILED, failed.code());
        assertTrue(failed.getMessage().contains("argument 1 of task Math.negateExact"), failed::getMessage);
        assertTrue(failed.getMessage().contains("it threw"), failed::getMessage);
    }

    @Test
    void oneThatIsCancelledIsSentNoMore() {
        ObjectRef<Integer> running = submit(1);
        TestingTaskCluster.Call call = cluster.next();
        ObjectRef<Integer> waiting = submit(2);
        assertTrue(waiting.cancel());
        assertTrue(running.cancel());
        assertThrows(CancellationException.class, () -> call.response().get(30, TimeUnit.SECONDS));
        OrreryException cancelled = assertThrows(OrreryException.class, () -> running.get(LONG));
        assertEquals(ErrorCode.CANCELLED, cancelled.code());
        ObjectRef<Integer> next = submit(3);
        cluster.next().echo();
        assertEquals(3, next.get(LONG));
    }

    @Test
    void aDeadlineSaysWhereTheTaskWas() {
        runShortOne();
        ObjectRef<Integer> late = submit(3, Duration.ofMillis(300), Arg.of(1));
        DeadlineExceededException why = assertThrows(DeadlineExceededException.class, () -> late.get(LONG));
        assertTrue(why.getMessage().contains("was sent to worker 7-1 on node node-1"), why::getMessage);
    }

    @Test
    void aDeadlineSaysWhatWasWaitedFor() {
        cluster.placesNothing("a worker for tasks needs 1 cpus; free: node-1 0 cpus", false);
        ObjectRef<Integer> unplaced = submit(3, Duration.ofMillis(300), Arg.of(1));
        DeadlineExceededException why = assertThrows(DeadlineExceededException.class, () -> unplaced.get(LONG));
        assertTrue(why.getMessage().contains("waits for a worker"), why::getMessage);
    }

    @Test
    void whatNoNodeIsLargeEnoughForFails() {
        cluster.placesNothing("a worker for tasks needs 100 cpus", true);
        ObjectRef<Integer> misfit = submit(1);
        DoesNotFitException why = assertThrows(DoesNotFitException.class, () -> misfit.get(LONG));
        assertTrue(why.getMessage().contains("needs 100 cpus"), why::getMessage);
    }

    @Test
    void whileTheLeaderCannotStartAnyTasksWait() {
        cluster.refuses(OrreryException.of(ErrorCode.RESOURCE_EXHAUSTED, "head-1 has no descriptors left"));
        ObjectRef<Integer> first = submit(1);
        String waits;
        do {
            waits = assertThrows(DeadlineExceededException.class, () -> first.get(Duration.ofMillis(20)))
                    .getMessage();
        } while (!waits.contains("head-1 has no descriptors left"));
        assertTrue(waits.contains("waits for a worker"), waits);
        cluster.recovers();
        cluster.next().echo();
        assertEquals(1, first.get(LONG));
    }

    @Test
    void whatTheLeaderRefusesForGoodFailsAtOnce() {
        cluster.refuses(OrreryException.of(ErrorCode.FENCED, "the job has ended"));
        ObjectRef<Integer> refused = submit(1);
        OrreryException why = assertThrows(OrreryException.class, () -> refused.get(LONG));
        assertEquals(ErrorCode.FENCED, why.code());
    }

    @Test
    void aWorkerThatWaitsForRoomIsGivenUpWithTheLastTask() {
        cluster.placesNothing("a worker for tasks needs 1 cpus; free: node-1 0 cpus", false);
        ObjectRef<Integer> unwanted = submit(1);
        assertThrows(DeadlineExceededException.class, () -> unwanted.get(Duration.ofMillis(200)));
        unwanted.cancel();
        assertEquals("7-1", cluster.nextEnded());
        cluster.recovers();
        ObjectRef<Integer> next = submit(2);
        cluster.next().echo();
        assertEquals(2, next.get(LONG));
    }

    @Test
    void workersThatDoNotStartFailTheirTasksInTheEnd() {
        cluster.startsNothing("exit", "code 1: no such library");
        ObjectRef<Integer> hopeless = submit(1);
        StartFailedException why = assertThrows(StartFailedException.class, () -> hopeless.get(LONG));
        assertTrue(why.getMessage().startsWith("exit: code 1: no such library"), why::getMessage);
        assertEquals(3, cluster.started());
    }

    @Test
    void anIdleWorkerIsGivenBack() {
        ObjectRef<Integer> first = submit(1);
        cluster.next().echo();
        assertEquals(1, first.get(LONG));
        assertEquals("7-1", cluster.nextEnded());
    }

    @Test
    void closingFailsWhatIsNotDone() {
        ObjectRef<Integer> running = submit(1);
        cluster.next();
        CompletableFuture<Integer> future = running.toFuture();
        cluster.tasks().close();
        assertEquals(ErrorCode.CANCELLED, TestingRpc.failure(future).code());
        ObjectRef<Integer> late = submit(2);
        assertEquals(
                ErrorCode.CANCELLED,
                assertThrows(OrreryException.class, () -> late.get(LONG)).code());
    }
}
