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
import dev.orrery.error.ObjectReleasedException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.References;
import dev.orrery.testing.TestingRpc;
import dev.orrery.testing.TestingValues.Shelf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** References inside of values, between two clients, as between any two processes. */
@Timeout(120)
class BorrowedObjectsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestingTaskCluster owner = new TestingTaskCluster();
    private final TestingTaskCluster borrower = new TestingTaskCluster();
    private final byte[] value = new byte[300_000];

    BorrowedObjectsTest() {
        value[7] = 7;
    }

    @AfterEach
    void close() {
        owner.close();
        borrower.close();
    }

    private ValueCodec codec(TestingTaskCluster cluster) {
        return cluster.client().codec(getClass().getClassLoader());
    }

    private static References references(TestingTaskCluster cluster) {
        return cluster.client().exchange().references();
    }

    private static Value message(ObjectRef<?> ref) {
        return ObjectWaits.handle(ref).arrival().join().message();
    }

    private static Path file(ObjectRef<?> ref) {
        return Path.of(message(ref).getStored().getPath());
    }

    private static void awaitGone(Path file) {
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(file));
    }

    /** As it arrives with a call. */
    // What was put.
    @SuppressWarnings("unchecked")
    private <T> T received(TestingTaskCluster by, ObjectRef<T> sent) {
        Value message = message(sent);
        Hold taken = references(by).take(message.getReferencesList());
        TestingRpc.answer(taken.settled());
        T read = (T) codec(by).fromMessage("it", message);
        taken.letGo();
        return read;
    }

    private <T> T received(ObjectRef<T> sent) {
        return received(borrower, sent);
    }

    private ObjectRef<byte[]> lent(ObjectRef<byte[]> book) {
        ObjectRef<List<ObjectRef<byte[]>>> list = owner.tasks().put(List.of(book));
        List<ObjectRef<byte[]>> read = received(list);
        list.release();
        return read.get(0);
    }

    @Test
    void referencesInRecordsAndListsAreGottenFromTheirOwner() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        ObjectRef<String> note = owner.tasks().put("a note");
        Shelf shelf = new Shelf("first", book, List.of(note, note));
        ObjectRef<Map<String, Shelf>> sent = owner.tasks().put(Map.of("shelf", shelf));
        assertEquals(2, message(sent).getReferencesCount(), "each once");
        Map<String, Shelf> read = received(sent);
        Shelf there = read.get("shelf");
        assertEquals(book.id(), there.book().id());
        assertArrayEquals(value, there.book().get(LONG));
        assertEquals("a note", there.notes().get(1).get(LONG));
        assertEquals("a note", there.notes().get(0).toFuture().join());
    }

    @Test
    void theOwnerKeepsWhatIsBorrowedUntilItIsReturned() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        Path file = file(book);
        ObjectRef<byte[]> lent = lent(book);
        book.release();
        assertTrue(Files.exists(file));
        assertArrayEquals(value, lent.get(LONG));
        lent.release();
        awaitGone(file);
        assertThrows(ObjectReleasedException.class, lent::get);
    }

    @Test
    void aBorrowerThatEndsReturnsIt() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        Path file = file(book);
        ObjectRef<byte[]> lent = lent(book);
        book.release();
        assertTrue(Files.exists(file));
        borrower.close();
        awaitGone(file);
        assertThrows(OrreryException.class, () -> lent.get(LONG));
    }

    @Test
    void aBorrowedReferenceThatIsCollectedReturnsIt() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        Path file = file(book);
        lent(book);
        book.release();
        Awaitility.await().atMost(LONG).until(() -> {
            System.gc();
            return !Files.exists(file);
        });
    }

    @Test
    void anOwnerThatIsGoneIsNamed() {
        ObjectRef<byte[]> lent = lent(owner.tasks().put(value));
        owner.close();
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> lent.get(LONG));
        assertTrue(
                lost.getMessage().contains("object " + lent.id() + " is owned by driver test (pid "),
                lost.getMessage());
    }

    @Test
    void aReferenceThatComesHomeIsTheOwnersAgain() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        ObjectRef<byte[]> lent = lent(book);
        ObjectRef<List<ObjectRef<byte[]>>> back = borrower.tasks().put(List.of(lent));
        lent.release();
        Value message = message(back);
        Hold taken = references(owner).take(message.getReferencesList());
        List<?> read = (List<?>) codec(owner).fromMessage("it", message);
        taken.letGo();
        assertEquals(file(book), file((ObjectRef<?>) read.get(0)), "not borrowed from itself");
    }

    @Test
    void aReferenceThatComesHomeKeepsTheObjectLikeAnyOther() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        Path file = file(book);
        ObjectRef<byte[]> lent = lent(book);
        ObjectRef<List<ObjectRef<byte[]>>> back = borrower.tasks().put(List.of(lent));
        ObjectRef<byte[]> home = received(owner, back).get(0);
        book.release();
        lent.release();
        back.release();
        TestingRpc.answer(references(owner).whenNothingIsLent());
        assertArrayEquals(value, home.get(LONG));
        home.release();
        awaitGone(file);
    }

    @Test
    void whatAnObjectRefersToStaysAlsoWhereThatIsReleasedAtOnce() {
        TestingTaskCluster third = new TestingTaskCluster();
        try {
            ObjectRef<byte[]> book = third.tasks().put(value);
            ObjectRef<List<ObjectRef<byte[]>>> given = third.tasks().put(List.of(book));
            ObjectRef<byte[]> bookOfOwner = received(owner, given).get(0);
            ObjectRef<List<ObjectRef<byte[]>>> list = owner.tasks().put(List.of(bookOfOwner));
            ObjectRef<List<ObjectRef<List<ObjectRef<byte[]>>>>> sent =
                    owner.tasks().put(List.of(list));
            ObjectRef<List<ObjectRef<byte[]>>> listOfBorrower = received(sent).get(0);
            List.of(book, given, bookOfOwner, list, sent).forEach(ObjectRef::release);
            ObjectRef<byte[]> last = listOfBorrower.get(LONG).get(0);
            listOfBorrower.release();
            assertArrayEquals(value, last.get(LONG));
        } finally {
            third.close();
        }
    }

    @Test
    void aTaskThatIsNotDoneIsAwaited() {
        ObjectRef<Integer> result = owner.submit(3, LONG, Arg.of(5));
        TestingTaskCluster.Call call = owner.next();
        ObjectRef<List<ObjectRef<Integer>>> list = owner.tasks().put(List.of(result));
        List<ObjectRef<Integer>> read = received(list);
        var waiting = read.get(0).toFuture();
        assertFalse(waiting.isDone());
        call.echo();
        assertEquals(5, waiting.join());
    }

    @Test
    void whatItsTaskFailedWithIsToldToBorrowers() {
        ObjectRef<Integer> result = owner.submit(3, LONG, Arg.of(5));
        owner.next().fail(OrreryException.of(ErrorCode.TASK_FAILED, "it threw"));
        ObjectRef<List<ObjectRef<Integer>>> list = owner.tasks().put(List.of(result));
        List<ObjectRef<Integer>> read = received(list);
        OrreryException failed =
                assertThrows(OrreryException.class, () -> read.get(0).get(LONG));
        assertEquals(ErrorCode.TASK_FAILED, failed.code());
    }

    // The workers of the test do not look at what comes.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private ObjectRef<byte[]> pass(TestingTaskCluster cluster, Arg<?> argument) {
        return cluster.submit(3, LONG, (Arg) argument);
    }

    @Test
    void aBorrowedObjectIsAnArgumentOfTasks() {
        ObjectRef<byte[]> lent = lent(owner.tasks().put(value));
        ObjectRef<byte[]> result = pass(borrower, lent);
        TestingTaskCluster.Call call = borrower.next();
        assertTrue(call.request().getArguments(0).getStored().hasKeeper(), "its owner keeps it");
        call.echo();
        assertArrayEquals(value, result.get(LONG));
    }

    @Test
    void anArgumentThatRefersToAnObjectHoldsItUntilTheTaskEnds() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        Path file = file(book);
        pass(owner, Arg.of(List.of(book)));
        book.release();
        TestingTaskCluster.Call call = owner.next();
        assertEquals(1, call.request().getArguments(0).getReferencesCount());
        assertTrue(Files.exists(file));
        call.fail(OrreryException.of(ErrorCode.TASK_FAILED, "it threw"));
        awaitGone(file);
    }

    @Test
    void aResultThatRefersToObjectsIsReleasedOnceTheyAreBorrowed() {
        ObjectRef<byte[]> book = borrower.tasks().put(value);
        Path file = file(book);
        ObjectRef<byte[]> result = pass(owner, Arg.of(1));
        InnerReferences inner = new InnerReferences();
        Value message = codec(borrower).toMessage("it", List.of(book), inner);
        book.release();
        owner.next()
                .response()
                .complete(ActorCallResponse.newBuilder()
                        .setResult(message)
                        .setKeptAs("r1")
                        .build());
        assertEquals("r1", owner.nextReleased());
        inner.letGo();
        assertTrue(Files.exists(file), "the owner of the task has borrowed it");
        List<?> read = (List<?>) (Object) result.get(LONG);
        assertArrayEquals(value, (byte[]) ((ObjectRef<?>) read.get(0)).get(LONG));
    }

    @Test
    void whatWasReleasedCannotBeReferredTo() {
        ObjectRef<byte[]> book = owner.tasks().put(value);
        book.release();
        OrreryException refused =
                assertThrows(OrreryException.class, () -> owner.tasks().put(List.of(book)));
        assertEquals(ErrorCode.OBJECT_RELEASED, refused.code());
    }
}
