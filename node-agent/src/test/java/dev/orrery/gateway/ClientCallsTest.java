package dev.orrery.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.Outcome;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcNotice;
import dev.orrery.internal.rpc.RpcPeer;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ClientCallsTest {
    /** A client that reads when the test says so. */
    private static final class TestingConnection implements RpcConnection {
        private final CompletableFuture<String> closed = new CompletableFuture<>();
        private boolean writable = true;

        @Override
        public RpcPeer peer() {
            return new RpcPeer(PeerRole.DRIVER, "slow", new HostPort("127.0.0.1", 1));
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return !closed.isDone();
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public CompletableFuture<String> closed() {
            return closed;
        }

        @Override
        public void close() {
            closed.complete("closed here");
        }
    }

    private final ClientCalls calls = new ClientCalls(100);
    private final TestingConnection connection = new TestingConnection();

    private CompletableFuture<InferResponse> answer(long bytes) {
        CompletableFuture<InferResponse> response = new CompletableFuture<>();
        long waiter = calls.open(connection, response);
        calls.complete(List.of(waiter), new Outcome.Answered(new AnswerMessages(List.of(), bytes), 1));
        return response;
    }

    @Test
    void aClientThatDoesNotReadIsRefused() {
        calls.checkReads(connection);
        connection.writable = false;
        OrreryException error = assertThrows(OrreryException.class, () -> calls.checkReads(connection));
        assertEquals(ErrorCode.OVERLOADED, error.code());
    }

    @Test
    void aClientThatLeavesTooManyBytesUnreadIsDisconnected() {
        calls.checkReads(connection);
        connection.writable = false;
        answer(60);
        assertTrue(connection.isOpen());
        answer(60);
        assertFalse(connection.isOpen());
        assertFalse(calls.anyConnected());
    }

    @Test
    void whatWasReadDoesNotCount() {
        calls.checkReads(connection);
        for (int i = 0; i < 10; i++) {
            answer(60);
        }
        assertTrue(connection.isOpen());
        assertTrue(answer(1_000).isDone());
        assertTrue(connection.isOpen(), "one large answer is no sign of a slow client");
    }

    @Test
    void tensorsStayOpenWhileAnybodyHoldsThem() {
        Tensor tensor = Tensor.ofFloats(new float[] {1}, 1);
        RequestTensors request = new RequestTensors(Tensors.of("x", tensor));
        assertEquals(4, request.byteSize());
        request.retain();
        request.release();
        assertFalse(tensor.isClosed());
        request.release();
        assertTrue(tensor.isClosed());
    }
}
