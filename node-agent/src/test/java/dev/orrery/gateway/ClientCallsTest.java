package dev.orrery.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.Outcome;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ClientCallsTest {
    private final ClientCalls calls = new ClientCalls(100);
    private final TestingConnection connection = new TestingConnection(PeerRole.DRIVER, "slow");

    private CompletableFuture<InferResponse> answer(long bytes) {
        CompletableFuture<InferResponse> response = new CompletableFuture<>();
        long waiter = calls.open(connection, response);
        calls.complete(List.of(waiter), new Outcome.Answered(new AnswerMessages(List.of(), bytes), 1));
        return response;
    }

    @Test
    void aClientThatDoesNotReadIsRefused() {
        calls.checkReads(connection);
        connection.stopReading();
        OrreryException error = assertThrows(OrreryException.class, () -> calls.checkReads(connection));
        assertEquals(ErrorCode.OVERLOADED, error.code());
    }

    @Test
    void aClientThatLeavesTooManyBytesUnreadIsDisconnected() {
        calls.checkReads(connection);
        connection.stopReading();
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
