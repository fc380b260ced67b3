package dev.orrery.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.FetchPieceRequest;
import dev.orrery.internal.proto.FetchPieceResponse;
import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandler;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.testing.TestingRpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Values that go from one host to another; the hosts are this machine, and told apart by their ids. */
@Timeout(120)
class ObjectExchangeTest {
    private final List<KeptValue> held = new ArrayList<>();
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int BYTES = 5 * Pieces.MOST_BYTES + 3;

    @TempDir
    private Path folder;

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final List<ObjectExchange> open = new ArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));
    private final byte[] value = bytes();

    private static byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    @AfterEach
    void close() {
        open.forEach(ObjectExchange::close);
        rpc.close();
    }

    private ObjectExchange process(String host) throws IOException {
        return process(host, 1);
    }

    /** @param share of the memory that its store may use */
    private ObjectExchange process(String host, double share) throws IOException {
        int number = numbers.incrementAndGet();
        ObjectExchange process = new ObjectExchange(
                new ObjectExchange.Settings(
                        TestingRpc.identity(PeerRole.WORKER, "worker-" + number),
                        TestingRpc.ANY_PORT,
                        () -> "127.0.0.1",
                        "worker " + number + " on node " + host),
                new ValueStore(
                        host,
                        Files.createDirectories(folder.resolve("memory")),
                        Files.createDirectories(folder.resolve("disk")),
                        share));
        open.add(process);
        return process;
    }

    private static Map<Integer, OrreryException> await(FetchedValues fetched) throws InterruptedException {
        return fetched.await();
    }

    private Object read(Value message) {
        return codec.fromMessage("it", message);
    }

    private static Path file(Value message) {
        return StoredValues.path(message.getStored());
    }

    private static Object inode(Value message) throws IOException {
        return Files.getAttribute(file(message), "unix:ino");
    }

    private static void awaitGone(Value message) {
        Awaitility.await().atMost(LONG).until(() -> !Files.exists(file(message)));
    }

    /** What nobody holds may be collected at any moment. */
    private KeptValue held(KeptValue kept) {
        held.add(kept);
        return kept;
    }

    @Test
    void aValueIsFetchedAndStaysUntilItsKeeperNeedsItNoMore() throws Exception {
        ObjectExchange keeper = process("host-a");
        ObjectExchange other = process("host-b");
        KeptValue kept = keeper.store().keep("it", value, codec);
        Value offered = keeper.offered(kept.message());
        assertTrue(other.isOutOfReach(kept.message()));
        assertFalse(other.isOutOfReach(offered));
        Value copy;
        try (FetchedValues fetched = other.fetch("argument", List.of(offered))) {
            assertEquals(Map.of(), await(fetched));
            copy = fetched.values().get(0);
            assertNotEquals(inode(kept.message()), inode(copy));
            assertArrayEquals(value, (byte[]) read(copy));
        }
        try (FetchedValues again = other.fetch("argument", List.of(offered))) {
            assertEquals(Map.of(), await(again));
            assertEquals(copy, again.values().get(0), "it is here already");
            kept.release();
            Awaitility.await().atMost(LONG).until(() -> keeper.store()
                    .find(StoredValues.name(offered.getStored()))
                    .isEmpty());
            assertArrayEquals(value, (byte[]) read(copy), "who uses it keeps it");
        }
        awaitGone(copy);
    }

    @Test
    void whatIsHereIsNotFetched() throws Exception {
        ObjectExchange keeper = process("host-a");
        KeptValue kept = keeper.store().keep("it", value, codec);
        try (FetchedValues there = process("host-a")
                .fetch(
                        "argument",
                        List.of(
                                kept.message(),
                                Value.newBuilder().setNothing(true).build()))) {
            assertEquals(Map.of(), await(there));
            assertEquals(kept.message(), there.values().get(0));
        }
    }

    @Test
    void theProcessesOfAHostFetchItOnce() throws Exception {
        ObjectExchange keeper = process("host-a");
        Value offered =
                keeper.offered(held(keeper.store().keep("it", value, codec)).message());
        ObjectExchange one = process("host-b");
        ObjectExchange other = process("host-b");
        try (FetchedValues first = one.fetch("argument", List.of(offered));
                FetchedValues second = other.fetch("argument", List.of(offered))) {
            assertEquals(Map.of(), await(first));
            assertEquals(Map.of(), await(second));
            Value mine = first.values().get(0);
            Value theirs = second.values().get(0);
            assertNotEquals(file(mine), file(theirs));
            assertEquals(inode(mine), inode(theirs));
            one.close();
            assertArrayEquals(value, (byte[]) read(theirs), "it does not go with the neighbour");
        }
    }

    @Test
    void withoutRoomInMemoryItIsFetchedToTheDisk() throws Exception {
        ObjectExchange keeper = process("host-a");
        Value offered =
                keeper.offered(held(keeper.store().keep("it", value, codec)).message());
        try (FetchedValues fetched = process("host-b", 0).fetch("argument", List.of(offered))) {
            assertEquals(Map.of(), await(fetched));
            assertTrue(file(fetched.values().get(0)).startsWith(folder.resolve("disk")));
        }
    }

    private OrreryException failure(ObjectExchange other, Value offered) throws InterruptedException {
        try (FetchedValues fetched = other.fetch("argument", List.of(offered))) {
            Map<Integer, OrreryException> failures = await(fetched);
            assertEquals(1, failures.size());
            return failures.get(0);
        }
    }

    @Test
    void whoCannotBeReachedIsNamed() throws Exception {
        ObjectExchange keeper = process("host-a");
        Value offered =
                keeper.offered(held(keeper.store().keep("it", value, codec)).message());
        keeper.close();
        ObjectExchange other = process("host-b");
        OrreryException failed = failure(other, offered);
        assertEquals(ErrorCode.CONNECTION_FAILED, failed.code());
        String address =
                "127.0.0.1:" + offered.getStored().getKeeper().getAddress().getPort();
        assertTrue(
                failed.getMessage()
                        .contains("argument 1 is kept by worker 1 on node host-a, which this process cannot reach at "
                                + address),
                failed.getMessage());
        OrreryException lost = TestingRpc.failure(other.bring("it", KeptValue.elsewhere(offered, () -> {}, () -> {})));
        assertEquals(ErrorCode.OBJECT_LOST, lost.code());
    }

    @Test
    void whoeverElseListensThereIsNotAsked() throws Exception {
        ObjectExchange keeper = process("host-a");
        Value offered =
                keeper.offered(held(keeper.store().keep("it", value, codec)).message());
        Value.Builder wrong = offered.toBuilder();
        wrong.getStoredBuilder().getKeeperBuilder().setProcess("worker-1-of-before");
        OrreryException failed = failure(process("host-b"), wrong.build());
        assertEquals(ErrorCode.CONNECTION_FAILED, failed.code());
        assertTrue(failed.getMessage().contains("by now"), failed.getMessage());
    }

    @Test
    void whatItsKeeperHasNoMoreIsLost() throws Exception {
        ObjectExchange keeper = process("host-a");
        KeptValue kept = keeper.store().keep("it", value, codec);
        Value offered = keeper.offered(kept.message());
        kept.release();
        assertEquals(ErrorCode.OBJECT_LOST, failure(process("host-b"), offered).code());
    }

    /** A keeper that serves pieces as the test wants it. */
    private Value offeredBy(RpcHandler<FetchPieceRequest, FetchPieceResponse> pieces) throws IOException {
        RpcServer server = rpc.serve(
                TestingRpc.identity(PeerRole.WORKER, "keeper"),
                RpcLimits.defaults(),
                TestingRpc.ANY_PORT,
                RpcHandlers.builder()
                        .on(
                                Protocol.OPEN_OBJECT,
                                (caller, request) ->
                                        CompletableFuture.completedFuture(OpenObjectResponse.getDefaultInstance()))
                        .on(Protocol.FETCH_PIECE, pieces)
                        .build());
        Value message = process("host-a").store().keep("it", value, codec).message();
        return Value.newBuilder()
                .setStored(message.getStored().toBuilder()
                        .setKeeper(ValueKeeper.newBuilder()
                                .setProcess("keeper")
                                .setAddress(server.address().toMessage())
                                .setWords("worker 7 on node node-7")))
                .build();
    }

    private FetchPieceResponse piece(FetchPieceRequest request, int bytes) {
        ByteString data = ByteString.copyFrom(value, (int) request.getOffset(), bytes);
        return FetchPieceResponse.newBuilder()
                .setData(data)
                .setChecksum(Pieces.checksum(data.toByteArray()))
                .build();
    }

    private void assertNothingIsLeftOf(ObjectExchange other) throws IOException {
        for (Path store : other.store().folders()) {
            try (var files = Files.list(store)) {
                assertEquals(List.of(), files.toList());
            }
        }
    }

    @Test
    void aKeeperThatEndsInTheMiddleIsNamedAndNothingIsTakenForAValue() throws Exception {
        Value offered = offeredBy((caller, request) -> endAfterTheFirst(caller, request));
        ObjectExchange other = process("host-b");
        OrreryException lost = failure(other, offered);
        assertEquals(ErrorCode.OBJECT_LOST, lost.code());
        assertTrue(
                lost.getMessage().contains("argument 1 was kept by worker 7 on node node-7 at 127.0.0.1:"),
                lost.getMessage());
        assertTrue(lost.getMessage().contains(" fetched whole: " + Pieces.MOST_BYTES + " of "), lost.getMessage());
        assertTrue(lost.getMessage().contains(" bytes came, then: the connection with"), lost.getMessage());
        assertNothingIsLeftOf(other);
    }

    private CompletableFuture<FetchPieceResponse> endAfterTheFirst(RpcConnection caller, FetchPieceRequest request) {
        if (request.getOffset() == 0) {
            return CompletableFuture.completedFuture(piece(request, request.getBytes()));
        }
        // Which is asked for when the first has come.
        if (request.getOffset() == (long) Pieces.MOST_UNDER_WAY * Pieces.MOST_BYTES) {
            caller.close();
        }
        return new CompletableFuture<>();
    }

    @Test
    void whoeverWaitsWhenItIsClosedIsTold() throws Exception {
        Value never = offeredBy((caller, request) -> new CompletableFuture<>());
        String path = never.getStored().getPath();
        List<Value> many = IntStream.range(0, 7)
                .mapToObj(i -> never.toBuilder()
                        .setStored(never.getStored().toBuilder().setPath(path + i))
                        .build())
                .toList();
        ObjectExchange other = process("host-b");
        try (FetchedValues fetched = other.fetch("argument", many)) {
            other.close();
            assertEquals(many.size(), await(fetched).size());
        }
    }

    @Test
    void aShortPieceIsNoPartOfAValue() throws Exception {
        Value offered = offeredBy(
                (caller, request) -> CompletableFuture.completedFuture(piece(request, request.getBytes() - 1)));
        ObjectExchange other = process("host-b");
        assertEquals(ErrorCode.OBJECT_LOST, failure(other, offered).code());
        assertNothingIsLeftOf(other);
    }

    @Test
    void aValueThatIsBroughtIsKeptHereFromThenOn() throws Exception {
        ObjectExchange keeper = process("host-a");
        ObjectExchange owner = process("host-b");
        KeptValue there = keeper.store().keep("it", value, codec);
        KeptValue result = KeptValue.elsewhere(keeper.offered(there.message()), there::release, () -> {});
        assertFalse(owner.isReadable(result));
        assertEquals(result, TestingRpc.answer(owner.readable("it", result)));
        assertFalse(result.isElsewhere());
        assertArrayEquals(value, (byte[]) read(result.message()));
        awaitGone(there.message());
        result.release();
        awaitGone(result.message());
    }

    @Test
    void whatAnotherProcessOfThisHostKeepsIsReadThere() throws Exception {
        ObjectExchange keeper = process("host-a");
        ObjectExchange owner = process("host-a");
        KeptValue there = keeper.store().keep("it", value, codec);
        KeptValue result = KeptValue.elsewhere(keeper.offered(there.message()), there::release, () -> {});
        assertEquals(result, TestingRpc.answer(owner.readable("it", result)));
        assertTrue(result.isElsewhere());
        Object inode = inode(there.message());
        TestingRpc.answer(owner.bring("it", result));
        assertEquals(inode, inode(result.message()), "without a copy");
        assertFalse(Files.exists(file(there.message())));
    }
}
