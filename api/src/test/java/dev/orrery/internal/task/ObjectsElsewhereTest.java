package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.ObjectLostException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.UnreadArgument;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.testing.TestingRpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large arguments and results of tasks whose workers are on another host, as their owner sees it. */
@Timeout(120)
class ObjectsElsewhereTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int LARGE = 300_000;

    private final TestingTaskCluster cluster = new TestingTaskCluster();
    private final Tasks tasks = cluster.tasks();
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));

    /** What a worker on another host has. */
    private final ObjectExchange worker = new ObjectExchange(
            new ObjectExchange.Settings(
                    TestingRpc.identity(PeerRole.WORKER, "7-1"),
                    TestingRpc.ANY_PORT,
                    () -> "127.0.0.1",
                    "worker 7-1 on node node-1"),
            new ValueStore("another host"));

    private final byte[] value = new byte[LARGE];

    ObjectsElsewhereTest() {
        value[7] = 7;
    }

    @AfterEach
    void close() {
        cluster.close();
        worker.close();
    }

    // The workers of the test do not look at what comes.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private ObjectRef<byte[]> pass(ObjectRef<byte[]> argument) {
        return cluster.submit(3, LONG, (Arg) argument);
    }

    private static StoredValue argument(TestingTaskCluster.Call call) {
        return call.request().getArguments(0).getStored();
    }

    private static void answerElsewhere(TestingTaskCluster.Call call) {
        call.response()
                .complete(ActorCallResponse.newBuilder().setElsewhere(true).build());
    }

    private static void answerUnread(TestingTaskCluster.Call call, OrreryException why) {
        call.response()
                .complete(ActorCallResponse.newBuilder()
                        .addUnread(UnreadArgument.newBuilder().setError(ErrorCodec.toMessage(why)))
                        .build());
    }

    private static void answer(TestingTaskCluster.Call call, Value result) {
        call.response()
                .complete(ActorCallResponse.newBuilder().setResult(result).build());
    }

    private static OrreryException unreachable() {
        return OrreryException.of(ErrorCode.CONNECTION_FAILED, "it cannot be reached at 10.0.0.1:4711");
    }

    @Test
    void aWorkerThatIsElsewhereIsToldWhoServesIt() throws Exception {
        ObjectRef<byte[]> ref = tasks.put(value);
        ObjectRef<byte[]> result = pass(ref);
        TestingTaskCluster.Call first = cluster.next();
        assertFalse(argument(first).hasKeeper(), "on one host nobody listens");
        answerElsewhere(first);
        TestingTaskCluster.Call second = cluster.next();
        assertTrue(argument(second).hasKeeper());
        assertEquals(0, second.task().getResultFoldersCount(), "nor could it store a result");
        assertEquals(1, second.task().getAttempt(), "it has not run");
        try (var fetched = worker.fetch("argument", second.request().getArgumentsList())) {
            assertTrue(fetched.await().isEmpty());
            assertArrayEquals(
                    value, (byte[]) codec.fromMessage("it", fetched.values().get(0)));
        }
        answer(second, codec.toMessage("it", new byte[] {1}));
        assertArrayEquals(new byte[] {1}, result.get(LONG));
        pass(ref);
        assertTrue(argument(cluster.next()).hasKeeper(), "it is known of the worker");
    }

    @Test
    void aWorkerThatCannotReachTheOwnerIsSentTheBytes() {
        ObjectRef<byte[]> result = pass(tasks.put(value));
        answerElsewhere(cluster.next());
        answerUnread(cluster.next(), unreachable());
        TestingTaskCluster.Call third = cluster.next();
        assertTrue(third.request().getArguments(0).hasObject());
        third.echo();
        assertArrayEquals(value, result.get(LONG));
    }

    @Test
    void whatIsTooLargeForThatSaysWhyItWasNotFetched() {
        ObjectRef<byte[]> result = pass(tasks.put(new byte[61 << 20]));
        answerElsewhere(cluster.next());
        answerUnread(cluster.next(), unreachable());
        OrreryException refused = assertThrows(OrreryException.class, () -> result.get(LONG));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, refused.code());
        assertTrue(
                refused.getMessage().contains("could not fetch it in pieces: it cannot be reached at 10.0.0.1:4711"),
                refused.getMessage());
        assertTrue(refused.getMessage().contains("OrreryOptions.objectAddress"), refused.getMessage());
    }

    @Test
    void whatDoesNotComeWholeIsSentAgainAFewTimes() {
        ObjectRef<byte[]> result = pass(tasks.put(value));
        answerElsewhere(cluster.next());
        for (int i = 0; i < 4; i++) {
            answerUnread(cluster.next(), OrreryException.of(ErrorCode.OBJECT_LOST, "the connection ended"));
        }
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> result.get(LONG));
        assertTrue(
                lost.getMessage()
                        .contains("argument 1 of task Math.negateExact did not reach its worker: the connection ended"),
                lost.getMessage());
    }

    /** A result that the worker keeps. */
    private KeptValue kept() {
        return worker.store().keep("it", value, codec);
    }

    @Test
    void aResultThatItsWorkerKeepsIsFetchedWhenItIsWanted() {
        KeptValue there = kept();
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        answer(cluster.next(), worker.offered(there.message()));
        assertTrue(ObjectWaits.await(List.of(result), 1, LONG).pending().isEmpty());
        ObjectRef<byte[]> next = pass(result);
        assertEquals(
                there.message().getStored().getPath(), argument(cluster.next()).getPath(), "it is still there");
        assertFalse(next.isDone());
        assertArrayEquals(value, result.get(LONG));
        assertEquals(StoredValues.name(there.message().getStored()), cluster.nextReleased());
        there.release();
        assertArrayEquals(value, result.toFuture().join(), "it is here now");
    }

    @Test
    void aResultThatNobodyWantsIsReleasedAtItsWorker() {
        KeptValue there = kept();
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        answer(cluster.next(), worker.offered(there.message()));
        assertTrue(ObjectWaits.await(List.of(result), 1, LONG).pending().isEmpty());
        result.release();
        assertEquals(StoredValues.name(there.message().getStored()), cluster.nextReleased());
    }

    @Test
    void aWorkerThatIsGivenBackGivesItsResultsFirst() {
        KeptValue there = kept();
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        answer(cluster.next(), worker.offered(there.message()));
        cluster.nextEnded();
        assertEquals(StoredValues.name(there.message().getStored()), cluster.nextReleased());
        worker.close();
        assertArrayEquals(value, result.get(LONG));
    }

    @Test
    void aResultWhoseWorkerIsGoneIsLostAndSaysWhoKeptIt() {
        ObjectRef<byte[]> result = pass(tasks.put(new byte[1]));
        answer(cluster.next(), worker.offered(kept().message()));
        assertTrue(ObjectWaits.await(List.of(result), 1, LONG).pending().isEmpty());
        worker.close();
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> result.get(LONG));
        assertTrue(lost.getMessage().contains("is kept by worker 7-1 on node node-1"), lost.getMessage());
    }

    @Test
    void anArgumentThatItsWorkerCannotFetchFromAnotherComesByWayOfItsOwner() {
        KeptValue there = kept();
        ObjectRef<byte[]> first = pass(tasks.put(new byte[1]));
        answer(cluster.next(), worker.offered(there.message()));
        ObjectRef<byte[]> second = pass(first);
        TestingTaskCluster.Call call = cluster.next();
        assertEquals("worker 7-1 on node node-1", argument(call).getKeeper().getWords());
        answerUnread(call, unreachable());
        TestingTaskCluster.Call again = cluster.next();
        Path here = Path.of(argument(again).getPath());
        assertFalse(argument(again).hasKeeper(), "the owner has it");
        assertTrue(Files.exists(here));
        answer(again, codec.toMessage("it", new byte[] {2}));
        assertArrayEquals(new byte[] {2}, second.get(LONG));
        first.release();
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(here));
    }
}
