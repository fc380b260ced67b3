package dev.orrery.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Farewell;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.proto.Refused;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageFailed;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GatewayActorTest {
    private static final float[] VALUES = {1.5f, -2, 3};

    private final TestingGateway gateway = new TestingGateway();
    private RpcConnection client;

    @BeforeEach
    void start() {
        gateway.start();
        client = gateway.connect("client", RpcHandlers.none());
    }

    @AfterEach
    void stop() {
        gateway.close();
        assertFalse(gateway.fatal.isDone());
    }

    private CompletableFuture<InferResponse> infer(RpcConnection connection, long number) {
        try (Tensor tensor = Tensor.ofFloats(VALUES, 3);
                Tensors tensors = Tensors.of("x", tensor)) {
            InferRequest request = InferRequest.newBuilder()
                    .setClient("client")
                    .setNumber(number)
                    .addAllTensors(TensorCodec.toMessages(tensors))
                    .build();
            return connection.call(Protocol.INFER, request, TestingGateway.TIMEOUT);
        }
    }

    private static void assertEcho(InferResponse response, int attempts) {
        assertEquals(attempts, response.getAttempts());
        try (Tensors tensors = TensorCodec.fromMessages(response.getTensorsList(), 1_000)) {
            assertArrayEquals(VALUES, tensors.get("x").toFloats());
        }
    }

    private static OrreryException errorOf(CompletableFuture<?> call) {
        CompletionException thrown = assertThrows(CompletionException.class, call::join);
        return (OrreryException) ErrorCodec.unwrap(thrown);
    }

    @Test
    void aRequestGoesThroughTheWorldsAndBack() throws Exception {
        TestingReplica replica = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        TestingReplica.Received received = replica.receive(2);
        assertTrue(received.header().getRemainingMicros() > 5_000_000);
        replica.echo(received);
        assertEcho(answer.join(), 1);
        GatewayStatus status = gateway.status(client);
        assertEquals(1, status.getAnswered());
        assertEquals(0, status.getReplicas(0).getInFlight());
        assertTrue(status.getEventsList().stream()
                .anyMatch(event -> event.getKind().equals("REPLICA_ADDED")));
        assertEquals(WorkerState.OPEN, gateway.actor.state());
        assertEquals(1, gateway.report().getGateway().getRoutingVersion());
        assertTrue(gateway.actor.linked());
    }

    @Test
    void aLostLinkReplaysOnAnotherReplica() throws Exception {
        TestingReplica first = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        first.receive(2).tensors().forEach(Tensor::close);
        TestingReplica second = gateway.addReplica(2);
        first.dropLink();
        second.echo(second.receive(4));
        assertEcho(answer.join(), 2);
        GatewayStatus status = gateway.status(client);
        assertEquals(1, status.getReplayed());
        assertTrue(status.getEventsList().stream()
                .anyMatch(event -> event.getKind().equals("REPLICA_REMOVED") && event.getReplayed() == 1));
    }

    @Test
    void aReplicaThatFollowsALaterLifeSupersedesTheGateway() throws Exception {
        TestingReplica first = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        first.receive(2).tensors().forEach(Tensor::close);
        TestingReplica second = gateway.addReplica(2);
        first.tell(farewell(ActorLife.newBuilder().setActor("another").setIncarnation(9)));
        second.echo(second.receive(4));
        assertEcho(answer.join(), 2);
        assertFalse(gateway.superseded.isDone(), "another gateway is no later life of this one");
        second.tell(farewell(gateway.life().toBuilder().setIncarnation(2)));
        assertTrue(gateway.superseded.get(10, TimeUnit.SECONDS).startsWith("gateway#2 "));
    }

    private static ReplicaNotice farewell(ActorLife.Builder successor) {
        return ReplicaNotice.newBuilder()
                .setFarewell(Farewell.newBuilder().setSuccessor(successor))
                .build();
    }

    @Test
    void aBrokenWorldReplaysOnAnotherReplica() throws Exception {
        TestingReplica first = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        first.receive(2).tensors().forEach(Tensor::close);
        TestingReplica second = gateway.addReplica(2);
        gateway.worlds.breakWorld(3, "test");
        second.echo(second.receive(4));
        assertEcho(answer.join(), 2);
        assertEquals(1, first.nextCancel().getAttempt().getAttempt());
    }

    @Test
    void aWorldThatBringsGarbageIsGivenUp() {
        TestingReplica replica = gateway.addReplica(1);
        replica.sendGarbage(3);
        await().untilAsserted(() -> assertTrue(gateway.status(client).getEventsList().stream()
                .anyMatch(event -> event.getKind().equals("EDGE_REMOVED") && event.getWorld() == 3)));
    }

    @Test
    void aRefusalReplays() throws Exception {
        TestingReplica first = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        TestingReplica.Received received = first.receive(2);
        received.tensors().forEach(Tensor::close);
        TestingReplica second = gateway.addReplica(2);
        first.tell(ReplicaNotice.newBuilder()
                .setRefused(Refused.newBuilder()
                        .setAttempt(TestingReplica.attempt(received))
                        .setWhy("no ready world"))
                .build());
        second.echo(second.receive(4));
        assertEcho(answer.join(), 2);
    }

    @Test
    void theUsersExceptionReachesTheClientFirst() throws Exception {
        TestingReplica replica = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        TestingReplica.Received received = replica.receive(2);
        received.tensors().forEach(Tensor::close);
        Failure failure = Failure.of(new IllegalStateException("no such word"));
        replica.tell(ReplicaNotice.newBuilder()
                .setFailed(StageFailed.newBuilder()
                        .setAttempt(TestingReplica.attempt(received))
                        .setStage("echo")
                        .setCode("STAGE_FAILED")
                        .setFailure(ErrorCodec.toMessage(failure)))
                .build());
        OrreryException error = errorOf(answer);
        assertEquals(ErrorCode.STAGE_FAILED, error.code());
        assertTrue(error.getMessage().startsWith("java.lang.IllegalStateException: no such word"));
        assertEquals("echo-1", error.ids().get("replica"));
    }

    @Test
    void aCancelGoesToTheReplicaAndItsAcknowledgementFreesTheCredit() throws Exception {
        TestingReplica replica = gateway.addReplica(1);
        CompletableFuture<InferResponse> answer = infer(client, 1);
        TestingReplica.Received received = replica.receive(2);
        received.tensors().forEach(Tensor::close);
        answer.cancel(true);
        assertEquals(TestingReplica.attempt(received), replica.nextCancel().getAttempt());
        assertEquals(1, gateway.status(client).getReplicas(0).getInFlight());
        replica.tell(ReplicaNotice.newBuilder()
                .setCancelled(TestingReplica.attempt(received))
                .build());
        await().untilAsserted(() ->
                assertEquals(0, gateway.status(client).getReplicas(0).getInFlight()));
    }

    @Test
    void aClientThatLostItsConnectionGetsTheAnswerOverAnother() throws Exception {
        TestingReplica replica = gateway.addReplica(1);
        CompletableFuture<InferResponse> lost = infer(client, 1);
        TestingReplica.Received received = replica.receive(2);
        client.close();
        assertEquals(ErrorCode.CONNECTION_LOST, errorOf(lost).code());
        RpcConnection again = gateway.connect("client", RpcHandlers.none());
        CompletableFuture<InferResponse> resent = infer(again, 1);
        await().until(() -> gateway.status(again).getInFlight() == 1);
        replica.echo(received);
        assertEcho(resent.join(), 1);
        assertEquals(1, gateway.status(again).getAccepted());
        assertEcho(infer(again, 1).join(), 1);
    }

    @Test
    void requestsBeforeAnyReplicaWait() throws Exception {
        CompletableFuture<InferResponse> answer = infer(client, 1);
        TestingReplica replica = gateway.addReplica(1);
        replica.echo(replica.receive(2));
        assertEcho(answer.join(), 1);
    }

    @Test
    void theDeadlineEndsARequestByItself() {
        CompletableFuture<InferResponse> answer = client.call(
                Protocol.INFER,
                InferRequest.newBuilder()
                        .setClient("client")
                        .setNumber(1)
                        .setDeadlineMillis(30)
                        .build(),
                TestingGateway.TIMEOUT);
        OrreryException error = errorOf(answer);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, error.code());
        assertTrue(error.getMessage().contains("waiting for stage echo"));
    }

    @Test
    void aTensorAboveTheLimitIsRefused() {
        try (Tensor tensor = Tensor.allocateZeroed(dev.orrery.tensor.DataType.UINT8, 1_001);
                Tensors tensors = Tensors.of("x", tensor)) {
            InferRequest request = InferRequest.newBuilder()
                    .setClient("client")
                    .addAllTensors(TensorCodec.toMessages(tensors))
                    .build();
            OrreryException error = errorOf(client.call(Protocol.INFER, request, TestingGateway.TIMEOUT));
            assertEquals(ErrorCode.TENSOR_TOO_LARGE, error.code());
        }
    }

    @Test
    void aReplicaOfAnotherPipelineIsRefused() {
        OrreryException error = errorOf(client.call(
                Protocol.ATTACH_REPLICA,
                dev.orrery.internal.proto.ReplicaAttach.newBuilder()
                        .setPipeline("other")
                        .build(),
                TestingGateway.TIMEOUT));
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
    }

    @Test
    void stoppingTellsClientsToGoElsewhere() {
        CompletableFuture<InferResponse> answer = infer(client, 1);
        gateway.actor.stop().join();
        ErrorCode code = errorOf(answer).code();
        assertTrue(code == ErrorCode.UNAVAILABLE || code == ErrorCode.CONNECTION_LOST, () -> "it was " + code);
        client.closed()
                .orTimeout(TestingGateway.TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .join();
        assertFalse(client.isOpen());
    }
}
