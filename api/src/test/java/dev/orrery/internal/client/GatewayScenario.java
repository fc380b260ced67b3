package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.PipelineRef;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;

/** A client of one pipeline, a head that names its gateways, and gateways that do what a test says. */
abstract class GatewayScenario {
    static final Duration LONG = TestingRpc.LONG;
    /** Enough, also on a busy machine, to hear what is said at once. */
    static final Duration SHORT = Duration.ofSeconds(1);

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    final TestingHead head = new TestingHead(rpc);
    final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.address()));
    final PipelineRef pipeline = new Deployment(client, LONG).pipeline(TestingHead.PIPELINE, SHORT);

    @AfterEach
    final void close() {
        client.close();
        rpc.close();
    }

    /** A gateway that does what a test says. */
    final class FakeGateway {
        private final String actor;
        final RpcServer server;
        final BlockingQueue<InferRequest> asked = new LinkedBlockingQueue<>();
        volatile Function<InferRequest, CompletableFuture<InferResponse>> behaviour = FakeGateway::echo;

        FakeGateway(String actor) {
            this(actor, TestingRpc.identity(PeerRole.WORKER, actor));
        }

        FakeGateway(String actor, RpcIdentity identity) {
            this.actor = actor;
            server = rpc.serve(
                    identity,
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

        static CompletableFuture<InferResponse> echo(InferRequest request) {
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

    final CompletableFuture<Tensors> infer(String text, Duration deadline) {
        try (Tensors request = Tensors.of("text", text)) {
            return pipeline.infer(request, deadline);
        }
    }

    final CompletableFuture<Tensors> infer(String text) {
        try (Tensors request = Tensors.of("text", text)) {
            return pipeline.infer(request);
        }
    }

    static String text(Tensors answer) {
        try (answer) {
            return answer.get("text").toStrings().get(0);
        }
    }

    static void assertCancelled(CompletableFuture<?> future)
            throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Boolean> cancelled = future.handle((value, thrown) -> future.isCancelled());
        assertTrue(cancelled.get(LONG.toSeconds(), TimeUnit.SECONDS));
    }
}
