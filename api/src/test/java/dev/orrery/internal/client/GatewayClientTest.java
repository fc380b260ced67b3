package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.PipelineRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StageFailedException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayClientTest {
    private static final Duration LONG = TestingRpc.LONG;
    private static final Duration SHORT = Duration.ofMillis(150);

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingHead head = new TestingHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.address()));
    private final PipelineRef pipeline = new Deployment(client, LONG).pipeline(TestingHead.PIPELINE, SHORT);

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    /** A gateway that does what a test says. */
    private final class FakeGateway {
        private final String actor;
        private final RpcServer server;
        private final BlockingQueue<InferRequest> asked = new LinkedBlockingQueue<>();
        private volatile Function<InferRequest, CompletableFuture<InferResponse>> behaviour = FakeGateway::echo;

        FakeGateway(String actor) {
            this.actor = actor;
            server = rpc.serve(
                    TestingRpc.identity(PeerRole.WORKER, actor),
                    RpcLimits.defaults(),
                    TestingRpc.ANY_PORT,
                    RpcHandlers.builder()
                            .on(Protocol.INFER, (connection, request) -> {
                                asked.add(request);
                                return behaviour.apply(request);
                            })
                            .on(
                                    Protocol.GATEWAY_STATUS,
                                    (connection, request) ->
                                            CompletableFuture.completedFuture(GatewayStatus.newBuilder()
                                                    .setAccepted(request.getEventsAfter())
                                                    .build()))
                            .build());
        }

        private static CompletableFuture<InferResponse> echo(InferRequest request) {
            return CompletableFuture.completedFuture(InferResponse.newBuilder()
                    .addAllTensors(request.getTensorsList())
                    .build());
        }

        /** The leader names this one from now on. */
        FakeGateway serves() {
            head.finallySays(TestingHead.withGateway(actor, server.address()));
            return this;
        }

        CompletableFuture<InferResponse> hangs() {
            CompletableFuture<InferResponse> never = new CompletableFuture<>();
            behaviour = request -> never;
            return never;
        }

        void fails(OrreryException failure) {
            behaviour = request -> CompletableFuture.failedFuture(failure);
        }

        InferRequest awaitAsked() throws InterruptedException {
            InferRequest request = asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
            assertTrue(request != null, "nothing was asked");
            return request;
        }
    }

    private CompletableFuture<Tensors> infer(String text, Duration deadline) {
        try (Tensors request = Tensors.of("text", text)) {
            return pipeline.infer(request, deadline);
        }
    }

    private CompletableFuture<Tensors> infer(String text) {
        try (Tensors request = Tensors.of("text", text)) {
            return pipeline.infer(request);
        }
    }

    private static String text(Tensors answer) {
        try (answer) {
            return answer.get("text").toStrings().get(0);
        }
    }

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
    void unansweredRequestsGoToTheNextGatewayUnderTheirNumbers() throws InterruptedException {
        FakeGateway dying = new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
        dying.hangs();
        CompletableFuture<Tensors> b = infer("b", LONG);
        CompletableFuture<Tensors> c = infer("c", LONG);
        dying.awaitAsked();
        InferRequest firstB = dying.awaitAsked();
        InferRequest firstC = dying.awaitAsked();
        FakeGateway next = new FakeGateway("g2").serves();
        dying.server.close();
        assertEquals("b", text(answer(b)));
        assertEquals("c", text(answer(c)));
        List<InferRequest> resent = List.of(next.awaitAsked(), next.awaitAsked());
        assertEquals(0, next.asked.size());
        for (InferRequest first : List.of(firstB, firstC)) {
            InferRequest again = resent.stream()
                    .filter(request -> request.getNumber() == first.getNumber())
                    .findFirst()
                    .orElseThrow();
            assertEquals(first.getClient(), again.getClient());
            assertEquals(first.getTensorsList(), again.getTensorsList());
            assertTrue(again.getDeadlineMillis() < first.getDeadlineMillis(), "its time went on");
        }
    }

    @Test
    void waitsForAGatewayToCome() {
        FakeGateway gateway = new FakeGateway("g1");
        head.says(TestingHead.view("DEPLOYING").build())
                .says(TestingHead.view("RECOVERING").build());
        gateway.serves();
        assertEquals("a", text(answer(infer("a", LONG))));
    }

    @Test
    void headThatIsSlowOnceIsAskedAgain() {
        head.says(() ->
                CompletableFuture.failedFuture(OrreryException.of(ErrorCode.DEADLINE_EXCEEDED, "the leader was busy")));
        new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
    }

    @Test
    void nothingIsSentToAnotherWorkerAtTheOldAddress() {
        FakeGateway other = new FakeGateway("gateway-of-another-pipeline");
        head.says(TestingHead.withGateway("g1", other.server.address()));
        FakeGateway own = new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
        assertEquals(0, other.asked.size());
        assertEquals(1, own.asked.size());
    }

    @Test
    void deadlineNamesWhoWasWaitedFor() throws Exception {
        head.afterwards = CompletableFuture::new;
        OrreryException leaderSilent = failure(infer("a", SHORT));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, leaderSilent.code());
        assertTrue(
                leaderSilent.getMessage().startsWith("waited 150 ms for the gateway of pipeline embed"),
                leaderSilent.getMessage());
        assertTrue(leaderSilent.getMessage().contains("the leader"), leaderSilent.getMessage());
    }

    @Test
    void deadlineNamesTheSilentGateway() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.hangs();
        OrreryException silent = failure(infer("a", SHORT));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, silent.code());
        assertTrue(silent.getMessage().contains("worker g1 at " + gateway.server.address()), silent.getMessage());
    }

    @Test
    void deadlineTellsWhatWasInTheWay() {
        head.finallySays(TestingHead.view("DEPLOYING").build());
        OrreryException failure = failure(infer("a", SHORT));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        assertTrue(failure.getMessage().contains("has no gateway now; it is DEPLOYING"), failure.getMessage());
    }

    @Test
    void requestWithoutADeadlineEndsWhenNoGatewayCanBeReached() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.server.close();
        OrreryException failure = failure(infer("a"));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        for (String part : List.of(
                "no gateway of pipeline embed",
                "150 ms (gatewayTimeout)",
                "cannot connect to " + gateway.server.address())) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
    }

    @Test
    void requestWithoutADeadlineEndsWhenAllGatewaysRefuse() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        gateway.fails(OrreryException.of(ErrorCode.UNAVAILABLE, "shutting down"));
        OrreryException failure = failure(infer("a"));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        assertTrue(failure.getMessage().contains("worker g1 at " + gateway.server.address()), failure.getMessage());
        assertTrue(failure.getMessage().contains("shutting down"), failure.getMessage());
    }

    @Test
    void theSearchForAGatewayDoesNotBoundWhatOneMayHaveAccepted() throws Exception {
        FakeGateway first = new FakeGateway("g1").serves();
        CompletableFuture<InferResponse> never = first.hangs();
        CompletableFuture<Tensors> answer = infer("a");
        first.awaitAsked();
        awaitTheEndOfTheSearch();
        assertFalse(answer.isDone());
        first.server.close();
        assertCancelled(never);
        new FakeGateway("g2").serves();
        assertEquals("a", text(answer(answer)));
    }

    /** Of any that began before: timers of one client come in order. */
    private void awaitTheEndOfTheSearch() throws Exception {
        client.gateway(TestingHead.PIPELINE)
                .schedule(() -> {}, SHORT.toNanos())
                .get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void unknownPipelineIsNotFound() {
        assertInstanceOf(NotFoundException.class, failure(infer("a", LONG)));
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

    private static void assertCancelled(CompletableFuture<?> future)
            throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Boolean> cancelled = future.handle((value, thrown) -> future.isCancelled());
        assertTrue(cancelled.get(LONG.toSeconds(), TimeUnit.SECONDS));
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
