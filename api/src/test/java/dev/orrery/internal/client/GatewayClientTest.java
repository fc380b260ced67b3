package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StageFailedException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How requests and their answers go over the connection with a gateway. */
class GatewayClientTest extends GatewayScenario {
    @Test
    void answersOnAThreadOfTheClientAndKeepsNothing() {
        long before = MemoryPool.shared().blocksInUse();
        new FakeGateway("g1").serves();
        CompletableFuture<String> thread = new CompletableFuture<>();
        CompletableFuture<Tensors> answer = infer("hello", LONG);
        answer.thenRun(() -> thread.complete(Thread.currentThread().getName()));
        assertEquals("hello", text(answer(answer)));
        assertTrue(answer(thread).startsWith("orrery-driver-callback-")
                || answer(thread).equals("main"));
        assertTrue(MemoryPool.shared().blocksInUse() <= before);
    }

    @Test
    void callbackThatBlocksHoldsUpNobody() {
        new FakeGateway("g1").serves();
        CompletableFuture<String> second = new CompletableFuture<>();
        CompletableFuture<String> first = infer("first", LONG).thenApply(answer -> text(answer) + answer(second));
        assertEquals("second", text(answer(infer("second", LONG))));
        second.complete("!");
        assertEquals("first!", answer(first));
    }

    @Test
    void numbersGoUpUnderOneClientId() throws InterruptedException {
        FakeGateway gateway = new FakeGateway("g1").serves();
        text(answer(infer("a", LONG)));
        text(answer(infer("b", Duration.ofSeconds(3))));
        try (Tensors request = Tensors.of("text", "c")) {
            text(answer(pipeline.infer(request)));
        }
        InferRequest a = gateway.awaitAsked();
        InferRequest b = gateway.awaitAsked();
        InferRequest c = gateway.awaitAsked();
        assertEquals(a.getClient(), b.getClient());
        assertEquals(List.of(1L, 2L, 3L), List.of(a.getNumber(), b.getNumber(), c.getNumber()));
        assertTrue(b.getDeadlineMillis() > 1_000 && b.getDeadlineMillis() <= 3_000, b.toString());
        assertEquals(0, c.getDeadlineMillis(), "the gateway takes the pipeline's own");
    }

    @Test
    void noHeadIsNeededWhileTheConnectionLives() {
        new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
        head.stop();
        assertEquals("b", text(answer(infer("b", LONG))));
    }

    @Test
    void gatewaysOwnErrorIsFinal() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.fails(OrreryException.of(
                ErrorCode.STAGE_FAILED,
                "stage encode threw",
                Map.of("stage", "encode"),
                Optional.of(Failure.of("java.io.IOException", "bad text"))));
        OrreryException failure = failure(infer("a", LONG));
        assertInstanceOf(StageFailedException.class, failure);
        assertTrue(failure.getMessage().startsWith("java.io.IOException: bad text"), failure.getMessage());
        gateway.fails(OrreryException.of(ErrorCode.OVERLOADED, "the queue is full"));
        assertEquals(ErrorCode.OVERLOADED, failure(infer("b", LONG)).code());
        assertEquals(2, gateway.asked.size());
    }

    @Test
    void anAnswerThatComesAfterTheDeadlineIsDropped() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        CompletableFuture<InferResponse> late = gateway.hangs();
        OrreryException expired = failure(infer("a", SHORT));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, expired.code());
        late.complete(InferResponse.getDefaultInstance());
        gateway.behaviour = FakeGateway::echo;
        assertEquals("b", text(answer(infer("b", LONG))));
    }

    @Test
    void gatewayThatIsShuttingDownIsAskedAgain() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.behaviour = request -> {
            gateway.behaviour = FakeGateway::echo;
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.UNAVAILABLE, "shutting down"));
        };
        assertEquals("a", text(answer(infer("a", LONG))));
        assertEquals(2, gateway.asked.size());
    }

    @Test
    void cancellingReachesTheGateway() throws Exception {
        FakeGateway gateway = new FakeGateway("g1").serves();
        CompletableFuture<InferResponse> atTheGateway = gateway.hangs();
        CompletableFuture<Tensors> answer = infer("a", LONG);
        gateway.awaitAsked();
        answer.cancel(true);
        assertCancelled(atTheGateway);
    }

    @Test
    void closingEndsWhatWaits() throws InterruptedException {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.hangs();
        CompletableFuture<Tensors> sent = infer("a", LONG);
        gateway.awaitAsked();
        client.close();
        assertEquals(ErrorCode.CANCELLED, failure(sent).code());
        assertEquals(ErrorCode.CANCELLED, failure(infer("b", LONG)).code());
    }

    @Test
    void closingEndsWhatWaitsToTryAgain() throws InterruptedException {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        head.afterwards = () -> {
            asked.add("again");
            return CompletableFuture.completedFuture(
                    TestingHead.view("DEPLOYING").build());
        };
        CompletableFuture<Tensors> waiting = infer("a", LONG);
        for (int i = 0; i < 4; i++) {
            assertEquals("again", asked.poll(LONG.toSeconds(), TimeUnit.SECONDS));
        }
        client.close();
        assertEquals(ErrorCode.CANCELLED, failure(waiting).code());
    }

    @Test
    void requestLargerThanAFrameFailsHere() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        try (Tensors huge = Tensors.of("x", Tensor.allocateZeroed(DataType.UINT8, 65L << 20))) {
            assertEquals(
                    ErrorCode.TENSOR_TOO_LARGE,
                    failure(pipeline.infer(huge, LONG)).code());
        }
        assertEquals(0, gateway.asked.size());
    }

    @Test
    void statusComesFromTheGateway() {
        new FakeGateway("g1").serves();
        assertEquals(42, client.gatewayStatus(TestingHead.PIPELINE, 42, LONG).getAccepted());
    }
}
