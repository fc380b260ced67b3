package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.Waited;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.ObjectLostException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.StoreFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values that were put, and waits for several objects. */
@Timeout(60)
class ObjectsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(5);

    private final TestingTaskCluster cluster = new TestingTaskCluster();
    private final Tasks tasks = cluster.tasks();

    @AfterEach
    void close() {
        cluster.close();
    }

    private ObjectRef<Integer> submit(Arg<Integer> argument) {
        return cluster.submit(3, LONG, argument);
    }

    @Test
    void aValueThatIsPutIsCopied() {
        List<String> value = new ArrayList<>(List.of("one"));
        ObjectRef<List<String>> ref = tasks.put(value);
        value.add("two");
        assertTrue(ref.isDone());
        assertEquals(List.of("one"), ref.get());
        ref.get().add("a copy of its own");
        assertEquals(List.of("one"), ref.toFuture().join());
        assertNull(tasks.put(null).get());
    }

    @Test
    void itIsAnArgument() {
        ObjectRef<Integer> result = submit(tasks.put(7));
        cluster.next().echo();
        assertEquals(7, result.get(LONG));
    }

    @Test
    void whatCannotTravelCannotBePut() {
        OrreryException refused = assertThrows(OrreryException.class, () -> tasks.put(Thread.currentThread()));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, refused.code());
    }

    @Test
    void manyAreGivenInTheirOrder() {
        assertEquals(List.of(1, 2, 3), ObjectWaits.get(List.of(tasks.put(1), tasks.put(2), tasks.put(3)), LONG));
        assertEquals(List.of(), ObjectWaits.get(List.of(), LONG));
    }

    @Test
    void aWaitForManySaysWhatIsMissing() {
        cluster.placesNothing("a worker for tasks needs 1 cpus; free: node-1 0 cpus", false);
        List<ObjectRef<Integer>> refs = List.of(tasks.put(1), submit(Arg.of(2)), submit(Arg.of(3)));
        String why = assertThrows(DeadlineExceededException.class, () -> ObjectWaits.get(refs, SHORT))
                .getMessage();
        assertTrue(
                why.contains(
                        "for 3 objects; 2 are not there, the first of these is the result of task Math.negateExact, which waits for a worker"),
                why);
    }

    @Test
    void enoughAreWaitedForAndNoMore() {
        ObjectRef<Integer> first = submit(Arg.of(1));
        TestingTaskCluster.Call call = cluster.next();
        ObjectRef<Integer> second = submit(first);
        List<ObjectRef<Integer>> refs = List.of(second, first, tasks.put(3));
        Waited<Integer> one = ObjectWaits.await(refs, 1, LONG);
        assertEquals(List.of(refs.get(2)), one.done());
        assertEquals(List.of(second, first), one.pending());
        CompletableFuture<Waited<Integer>> two = CompletableFuture.supplyAsync(() -> ObjectWaits.await(refs, 2, LONG));
        call.echo();
        assertEquals(List.of(first, refs.get(2)), two.join().done());
        Waited<Integer> late = ObjectWaits.await(refs, 3, SHORT);
        assertEquals(List.of(second), late.pending());
    }

    @Test
    void whatFailedCountsAsDone() {
        ObjectRef<Integer> failing = submit(Arg.of(1));
        cluster.next().fail(OrreryException.of(ErrorCode.TASK_FAILED, "it threw"));
        assertEquals(
                List.of(failing), ObjectWaits.await(List.of(failing), 1, LONG).done());
        OrreryException failed = assertThrows(OrreryException.class, () -> ObjectWaits.get(List.of(failing), LONG));
        assertEquals(ErrorCode.TASK_FAILED, failed.code());
    }

    @Test
    void aWaitLeavesNothingBehind() {
        ObjectRef<Integer> pending = submit(Arg.of(1));
        CompletableFuture<?> arrival = ObjectWaits.handle(pending).arrival();
        ObjectWaits.await(List.of(pending), 1, Duration.ofMillis(1));
        int before = arrival.getNumberOfDependents();
        for (int i = 0; i < 20; i++) {
            ObjectWaits.await(List.of(pending), 1, Duration.ofMillis(1));
        }
        assertTrue(arrival.getNumberOfDependents() <= before + 1, "only what sends it may have come");
    }

    @Test
    void aCountThatCannotBeIsRefused() {
        List<ObjectRef<Integer>> one = List.of(tasks.put(1));
        assertThrows(InvalidArgumentException.class, () -> ObjectWaits.await(one, 0, LONG));
        assertThrows(InvalidArgumentException.class, () -> ObjectWaits.await(one, 2, LONG));
    }

    @Test
    void afterTheEndNothingIsTaken() {
        tasks.close();
        ObjectRef<Integer> late = submit(Arg.of(1));
        assertEquals(
                ErrorCode.CANCELLED,
                assertThrows(OrreryException.class, () -> late.get(LONG)).code());
    }

    // The workers of the test do not look at what comes.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private ObjectRef<byte[]> pass(ObjectRef<byte[]> argument) {
        return cluster.submit(3, LONG, (Arg) argument);
    }

    @Test
    void aResultThatItsWorkerStoredIsItsOwnersFile() throws Exception {
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        TestingTaskCluster.Call call = cluster.next();
        Path file = Path.of(call.task().getResultFolders(0)).resolve("result");
        byte[] value = new byte[300_000];
        value[3] = 3;
        ValueCodec codec = new ValueCodec(new ForySerializer(getClass().getClassLoader()));
        call.response()
                .complete(ActorCallResponse.newBuilder()
                        .setResult(codec.toMessage("it", value, bytes -> Optional.of(file), new InnerReferences()))
                        .build());
        assertArrayEquals(value, result.get(LONG));
        assertTrue(Files.exists(file));
    }

    @Test
    void whatIsStoredElsewhereIsNoResult() throws Exception {
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        ValueCodec codec = new ValueCodec(new ForySerializer(getClass().getClassLoader()));
        Path file = Files.createTempFile("not", "ours");
        cluster.next()
                .response()
                .complete(ActorCallResponse.newBuilder()
                        .setResult(codec.toMessage(
                                "it", new byte[300_000], bytes -> Optional.of(file), new InnerReferences()))
                        .build());
        OrreryException refused = assertThrows(OrreryException.class, () -> result.get(LONG));
        assertEquals(ErrorCode.PROTOCOL, refused.code());
        assertTrue(Files.deleteIfExists(file));
    }

    @Test
    void anArgumentWhoseFileIsGoneFailsItsTaskAndNothingElse() throws Exception {
        ObjectRef<byte[]> ref = tasks.put(new byte[300_000]);
        ObjectRef<byte[]> result = pass(ref);
        TestingTaskCluster.Call call = cluster.next();
        Files.delete(Path.of(call.request().getArguments(0).getStored().getPath()));
        call.response()
                .complete(ActorCallResponse.newBuilder().setElsewhere(true).build());
        assertThrows(ObjectLostException.class, () -> result.get(LONG));
        pass(tasks.put(new byte[300_000]));
        assertTrue(cluster.next().request().getArguments(0).hasStored(), "the worker is still on this host");
    }

    @Test
    void aResultThatNobodyWantsLeavesNoFile() throws Exception {
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        TestingTaskCluster.Call call = cluster.next();
        Path folder = Path.of(call.task().getResultFolders(0));
        Files.write(folder.resolve(StoreFolders.resultFile(call.task().getId(), 1)), new byte[10]);
        assertTrue(result.cancel());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
