package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ObjectLostException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.StoreFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results that are lost, and made again. */
@Timeout(120)
class LineageTest {
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
    private ObjectRef<byte[]> submit(int retries, Arg<?> argument) {
        return cluster.submit(retries, LONG, (Arg) argument);
    }

    private static byte[] bytes(int mark) {
        byte[] bytes = new byte[LARGE];
        bytes[7] = (byte) mark;
        return bytes;
    }

    /** The next task that reaches a worker stores that; returns where. */
    private Path answer(TestingTaskCluster.Call call, int mark) {
        Path file = Path.of(call.task().getResultFolders(0))
                .resolve(
                        StoreFolders.resultFile(call.task().getId(), call.task().getAttempt()));
        call.response()
                .complete(ActorCallResponse.newBuilder()
                        .setResult(codec.toMessage("it", bytes(mark), size -> Optional.of(file), new InnerReferences()))
                        .build());
        return file;
    }

    private ObjectRef<byte[]> made(int retries, Arg<?> argument, int mark) {
        ObjectRef<byte[]> ref = submit(retries, argument);
        answer(cluster.next(), mark);
        assertTrue(ObjectWaits.await(List.of(ref), 1, LONG).pending().isEmpty());
        return ref;
    }

    private static Path file(ObjectRef<byte[]> ref) {
        return Path.of(
                ObjectWaits.handle(ref).arrival().join().message().getStored().getPath());
    }

    private static void lose(ObjectRef<byte[]> ref) throws IOException {
        Files.delete(file(ref));
    }

    private static Path argument(TestingTaskCluster.Call call) {
        return Path.of(call.request().getArguments(0).getStored().getPath());
    }

    private static CompletableFuture<byte[]> get(ObjectRef<byte[]> ref) {
        return CompletableFuture.supplyAsync(() -> ref.get(LONG));
    }

    private static ObjectLostException lost(ObjectRef<byte[]> ref) {
        return assertThrows(ObjectLostException.class, () -> ref.get(LONG));
    }

    @Test
    void aResultThatIsLostIsMadeAgainForWhoWantsIt() throws Exception {
        ObjectRef<byte[]> ref = made(3, Arg.of(1), 1);
        lose(ref);
        CompletableFuture<byte[]> waiting = get(ref);
        TestingTaskCluster.Call again = cluster.next();
        assertEquals(2, again.task().getAttempt());
        assertEquals(1, codec.fromMessage("it", again.request().getArguments(0)));
        answer(again, 2);
        assertArrayEquals(bytes(2), waiting.join());
        assertArrayEquals(bytes(2), ref.get(LONG), "once is enough");
    }

    @Test
    void asAFutureToo() throws Exception {
        ObjectRef<byte[]> ref = made(3, Arg.of(1), 1);
        lose(ref);
        CompletableFuture<byte[]> waiting = ref.toFuture();
        answer(cluster.next(), 2);
        assertArrayEquals(bytes(2), waiting.join());
    }

    /** From before it is there. */
    private void waitFor(ObjectRef<byte[]> ref, TestingTaskCluster.Call call, int mark) throws Exception {
        CompletableFuture<List<ObjectRef<byte[]>>> waiting = CompletableFuture.supplyAsync(
                () -> ObjectWaits.await(List.of(ref), 1, LONG).pending());
        assertThrows(TimeoutException.class, () -> waiting.get(100, TimeUnit.MILLISECONDS));
        answer(call, mark);
        assertEquals(List.of(), waiting.get(LONG.toSeconds() / 2, TimeUnit.SECONDS));
    }

    @Test
    void aWaitThatBeginsMeanwhileSeesIt() throws Exception {
        ObjectRef<byte[]> ref = submit(3, Arg.of(1));
        waitFor(ref, cluster.next(), 1);
        lose(ref);
        CompletableFuture<byte[]> reading = ref.toFuture();
        waitFor(ref, cluster.next(), 2);
        assertArrayEquals(bytes(2), reading.join());
    }

    @Test
    void anArgumentThatIsLostIsMadeAgainFirst() throws Exception {
        ObjectRef<byte[]> first = made(3, Arg.of(1), 1);
        ObjectRef<byte[]> second = submit(3, first);
        TestingTaskCluster.Call call = cluster.next();
        lose(first);
        call.response()
                .complete(ActorCallResponse.newBuilder().setElsewhere(true).build());
        Path fresh = answer(cluster.next(), 2);
        TestingTaskCluster.Call again = cluster.next();
        assertEquals(fresh, argument(again));
        assertEquals(1, again.task().getAttempt(), "it has not run");
        answer(again, 3);
        assertArrayEquals(bytes(3), second.get(LONG));
    }

    @Test
    void whatItIsMadeOfIsMadeAgainEvenIfNobodyRefersToIt() throws Exception {
        ObjectRef<byte[]> first = made(3, Arg.of(1), 1);
        Path gone = file(first);
        ObjectRef<byte[]> second = made(3, first, 2);
        first.release();
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(gone));
        lose(second);
        CompletableFuture<byte[]> waiting = get(second);
        TestingTaskCluster.Call firstAgain = cluster.next();
        assertEquals(1, codec.fromMessage("it", firstAgain.request().getArguments(0)));
        Path fresh = answer(firstAgain, 3);
        TestingTaskCluster.Call secondAgain = cluster.next();
        assertEquals(fresh, argument(secondAgain));
        answer(secondAgain, 4);
        assertArrayEquals(bytes(4), waiting.join());
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(fresh));
    }

    @Test
    void itIsMadeAgainAsOftenAsItsTaskMayRepeat() throws Exception {
        ObjectRef<byte[]> ref = made(1, Arg.of(1), 1);
        lose(ref);
        CompletableFuture<byte[]> waiting = get(ref);
        answer(cluster.next(), 2);
        waiting.join();
        lose(ref);
        String why = lost(ref).getMessage();
        assertTrue(why.contains("is not run again (retries: 1)"), why);
    }

    @Test
    void withoutRetriesItNeverIs() throws Exception {
        ObjectRef<byte[]> ref = made(0, Arg.of(1), 1);
        lose(ref);
        lost(ref);
        assertTrue(cluster.isQuiet());
    }

    @Test
    void whatWasPutCannotBeMadeAgain() throws Exception {
        ObjectRef<byte[]> put = tasks.put(bytes(1));
        lose(put);
        lost(put);
        ObjectRef<byte[]> result = submit(3, put);
        cluster.next()
                .response()
                .complete(ActorCallResponse.newBuilder().setElsewhere(true).build());
        assertTrue(lost(result).getMessage().contains("argument 1 of task Math.negateExact"));
    }

    @Test
    void aReleasedArgumentThatCannotBeMadeAgainIsNamed() throws Exception {
        ObjectRef<byte[]> put = tasks.put(bytes(1));
        ObjectRef<byte[]> result = made(3, put, 2);
        put.release();
        lose(result);
        String why = lost(result).getMessage();
        assertTrue(why.contains("its argument 1, object " + put.id() + ", was released"), why);
    }

    private ObjectRef<byte[]> chain(int length) throws Exception {
        ObjectRef<byte[]> last = made(3, Arg.of(1), 1);
        for (int i = 1; i < length; i++) {
            Path before = file(last);
            ObjectRef<byte[]> next = made(3, last, 1);
            last.release();
            Awaitility.await().atMost(LONG).until(() -> !Files.exists(before));
            last = next;
        }
        return last;
    }

    @Test
    void aChainOfWhichOnlyTheEndIsReferredToIsMadeAgain() throws Exception {
        ObjectRef<byte[]> last = chain(5);
        lose(last);
        CompletableFuture<byte[]> waiting = get(last);
        for (int i = 0; i < 5; i++) {
            answer(cluster.next(), i);
        }
        assertArrayEquals(bytes(4), waiting.join());
    }

    @Test
    void ofALongChainOnlyTheEndIsRemembered() throws Exception {
        ObjectRef<byte[]> last = chain(TaskRecipe.MOST_DEPTH + 3);
        lose(last);
        CompletableFuture<byte[]> waiting = get(last);
        TestingTaskCluster.Call call = cluster.next();
        assertTrue(call.request().getArguments(0).hasStored(), "what it begins with was a value");
        call.response()
                .complete(ActorCallResponse.newBuilder().setElsewhere(true).build());
        Throwable why = assertThrows(CompletionException.class, waiting::join).getCause();
        assertTrue(why instanceof ObjectLostException, "that was given up: " + why);
    }
}
