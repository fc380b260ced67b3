package dev.orrery.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.FetchPieceRequest;
import dev.orrery.internal.proto.FetchPieceResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.testing.TestingConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectFetchTest {
    private static final int BYTES = 9 * Pieces.MOST_BYTES + 7;

    @TempDir
    private Path folder;

    private final byte[] value = new byte[BYTES];
    private final Keeper keeper = new Keeper();
    private Path file;

    @BeforeEach
    void fill() {
        new Random(7).nextBytes(value);
        file = folder.resolve("v1");
    }

    /** Answers once as much is asked for as may be under way, or nothing more will be. */
    private final class Keeper extends TestingConnection {
        private final List<FetchPieceRequest> asked = new ArrayList<>();
        private final List<CompletableFuture<FetchPieceResponse>> all = new ArrayList<>();
        private UnaryOperator<FetchPieceResponse.Builder> change = piece -> piece;
        private int changed = -1;
        private int answered;
        private int mostUnderWay;

        Keeper() {
            super(PeerRole.DRIVER, "keeper");
        }

        /** The piece of that number is another one. */
        void change(int piece, UnaryOperator<FetchPieceResponse.Builder> how) {
            changed = piece;
            change = how;
        }

        // All that is called is for pieces.
        @SuppressWarnings("unchecked")
        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            asked.add((FetchPieceRequest) request);
            CompletableFuture<FetchPieceResponse> response = new CompletableFuture<>();
            all.add(response);
            mostUnderWay = Math.max(mostUnderWay, all.size() - answered);
            FetchPieceRequest last = asked.get(asked.size() - 1);
            if (all.size() - answered == Pieces.MOST_UNDER_WAY || last.getOffset() + last.getBytes() == BYTES) {
                for (; answered < all.size(); answered++) {
                    answer(answered);
                }
            }
            return (CompletableFuture<R>) response;
        }

        private void answer(int piece) {
            FetchPieceRequest request = asked.get(piece);
            int from = (int) request.getOffset();
            byte[] bytes = Arrays.copyOfRange(value, from, from + request.getBytes());
            FetchPieceResponse.Builder right = FetchPieceResponse.newBuilder()
                    .setData(ByteString.copyFrom(bytes))
                    .setChecksum(Pieces.checksum(bytes));
            try {
                all.get(piece).complete((piece == changed ? change.apply(right) : right).build());
            } catch (OrreryException e) {
                all.get(piece).completeExceptionally(e);
            }
        }
    }

    private OrreryException failure() {
        OrreryException failed = assertThrows(
                OrreryException.class, () -> new ObjectFetch(keeper, "v1", BYTES, () -> true).copyTo(file));
        assertFalse(Files.exists(file), "what is not whole is no value");
        assertTrue(keeper.all.stream().allMatch(CompletableFuture::isDone), "nothing is waited for any more");
        return failed;
    }

    @Test
    void aValueComesInPiecesOfWhichAFewAreUnderWay() throws IOException {
        ObjectFetch fetch = new ObjectFetch(keeper, "v1", BYTES, () -> true);
        fetch.copyTo(file);
        assertArrayEquals(value, Files.readAllBytes(file));
        assertEquals(10, keeper.asked.size());
        assertEquals(Pieces.MOST_UNDER_WAY, keeper.mostUnderWay);
        assertEquals(BYTES, fetch.written());
    }

    @Test
    void aPieceThatIsTooShortIsNotTaken() {
        keeper.change(5, piece -> piece.setData(piece.getData().substring(1)));
        OrreryException failed = failure();
        assertEquals(ErrorCode.PROTOCOL, failed.code());
        assertTrue(
                failed.getMessage().contains("1048575 bytes of value v1 came instead of the 1048576 from 5242880 on"),
                failed.getMessage());
    }

    @Test
    void aPieceThatChangedOnItsWayIsNotTaken() {
        keeper.change(9, piece -> piece.setData(ByteString.copyFrom(new byte[7])));
        assertEquals(ErrorCode.PROTOCOL, failure().code());
    }

    @Test
    void whatItsKeeperFailsWithIsTold() {
        keeper.change(2, piece -> {
            throw OrreryException.of(ErrorCode.CONNECTION_LOST, "the connection ended");
        });
        assertEquals(ErrorCode.CONNECTION_LOST, failure().code());
    }

    @Test
    void whatNobodyWantsAnyMoreIsNotFetchedToItsEnd() {
        AtomicInteger questions = new AtomicInteger();
        ObjectFetch fetch = new ObjectFetch(keeper, "v1", BYTES, () -> questions.incrementAndGet() < 4);
        OrreryException cancelled = assertThrows(OrreryException.class, () -> fetch.copyTo(file));
        assertEquals(ErrorCode.CANCELLED, cancelled.code());
        assertEquals(3L * Pieces.MOST_BYTES, fetch.written());
        assertFalse(Files.exists(file));
        assertTrue(keeper.all.stream().allMatch(CompletableFuture::isDone));
    }
}
