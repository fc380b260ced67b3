package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.ObjectReleasedException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects that their owner gives up. */
@Timeout(60)
class ObjectReleaseTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int LARGE = 300_000;

    private final TestingTaskCluster cluster = new TestingTaskCluster();
    private final Tasks tasks = cluster.tasks();
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));

    @AfterEach
    void close() {
        cluster.close();
    }

    // The workers of the test do not look at what comes.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private ObjectRef<byte[]> pass(ObjectRef<byte[]> argument) {
        return cluster.submit(3, LONG, (Arg) argument);
    }

    private static Path file(TestingTaskCluster.Call call) {
        return Path.of(call.request().getArguments(0).getStored().getPath());
    }

    private static void awaitGone(Path file) {
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(file));
    }

    private static void answer(TestingTaskCluster.Call call, Value result) {
        call.response()
                .complete(ActorCallResponse.newBuilder().setResult(result).build());
    }

    private static String refused(ObjectRef<?> ref) {
        return assertThrows(ObjectReleasedException.class, ref::get).getMessage();
    }

    @Test
    void whatIsReleasedIsGoneAtOnceAndSaysSo() {
        ObjectRef<byte[]> ref = tasks.put(new byte[LARGE]);
        Path file = Path.of(
                ObjectWaits.handle(ref).arrival().join().message().getStored().getPath());
        assertTrue(Files.exists(file));
        ref.release();
        assertFalse(Files.exists(file));
        assertTrue(refused(ref).contains("object " + ref.id() + " was released here"), refused(ref));
        assertTrue(ref.isDone());
        assertFalse(ref.cancel());
        ref.release();
        Throwable failure = assertThrows(CompletionException.class, ref.toFuture()::join);
        assertEquals(ErrorCode.OBJECT_RELEASED, ((ObjectReleasedException) ErrorCodec.unwrap(failure)).code());
        assertEquals(List.of(ref), ObjectWaits.await(List.of(ref), 1, LONG).done());
    }

    @Test
    void aTaskThatHasItKeepsItToItsEnd() {
        ObjectRef<byte[]> ref = tasks.put(new byte[LARGE]);
        ObjectRef<byte[]> result = pass(ref);
        ref.release();
        TestingTaskCluster.Call call = cluster.next();
        assertTrue(Files.exists(file(call)));
        refused(ref);
        answer(call, codec.toMessage("it", new byte[] {1}));
        assertArrayEquals(new byte[] {1}, result.get(LONG));
        awaitGone(file(call));
    }

    @Test
    void aTaskThatWaitsForItIsGivenIt() {
        ObjectRef<byte[]> first = pass(tasks.put(new byte[1]));
        TestingTaskCluster.Call making = cluster.next();
        ObjectRef<byte[]> second = pass(first);
        first.release();
        Path stored = Path.of(making.task().getResultFolders(0)).resolve("result");
        answer(making, codec.toMessage("it", new byte[LARGE], bytes -> Optional.of(stored), new InnerReferences()));
        TestingTaskCluster.Call taking = cluster.next();
        assertEquals(stored, file(taking));
        assertTrue(Files.exists(stored));
        answer(taking, codec.toMessage("it", new byte[] {2}));
        assertArrayEquals(new byte[] {2}, second.get(LONG));
        awaitGone(stored);
    }

    @Test
    void aWaitThatIsUnderWayGetsIt() {
        ObjectRef<byte[]> ref = pass(tasks.put(new byte[1]));
        TestingTaskCluster.Call call = cluster.next();
        CompletableFuture<byte[]> waiting = ref.toFuture();
        ref.release();
        Path stored = Path.of(call.task().getResultFolders(0)).resolve("result");
        answer(call, codec.toMessage("it", new byte[LARGE], bytes -> Optional.of(stored), new InnerReferences()));
        assertEquals(LARGE, waiting.join().length);
        awaitGone(stored);
    }

    @Test
    void aResultThatWasReleasedBeforeItCameIsNotKept() {
        ObjectRef<byte[]> ref = pass(tasks.put(new byte[1]));
        TestingTaskCluster.Call call = cluster.next();
        ref.release();
        refused(ref);
        Path stored = Path.of(call.task().getResultFolders(0)).resolve("result");
        assertFalse(call.response().isDone(), "it runs on");
        answer(call, codec.toMessage("it", new byte[LARGE], bytes -> Optional.of(stored), new InnerReferences()));
        awaitGone(stored);
    }

    @Test
    void itIsNoArgumentAnyMore() {
        ObjectRef<byte[]> ref = tasks.put(new byte[1]);
        ref.release();
        ObjectRef<byte[]> result = pass(ref);
        String why = refused(result);
        assertTrue(why.contains("argument 1 of task Math.negateExact, object " + ref.id()), why);
    }
}
