package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingRpc;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a gateway is found, and what a request says that found none. */
class GatewaySearchTest extends GatewayScenario {
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
                leaderSilent.getMessage().startsWith("waited 1000 ms for the gateway of pipeline embed"),
                leaderSilent.getMessage());
        assertTrue(leaderSilent.getMessage().contains("the leader"), leaderSilent.getMessage());
    }

    @Test
    void deadlineNamesTheSilentGateway() {
        FakeGateway gateway = new FakeGateway("g1").serves();
        // Found, so that the short time is the gateway's alone.
        assertEquals("a", text(answer(infer("a", LONG))));
        gateway.hangs();
        OrreryException silent = failure(infer("b", SHORT));
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
                "1000 ms (gatewayTimeout)",
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

    /** Fails just after somebody looked at it. */
    private static final class FailingWhenSeen extends CompletableFuture<RpcConnection> {
        @Override
        public boolean isDone() {
            return failed(super.isDone());
        }

        @Override
        public boolean isCompletedExceptionally() {
            return failed(super.isCompletedExceptionally());
        }

        private boolean failed(boolean seen) {
            completeExceptionally(OrreryException.of(ErrorCode.CONNECTION_FAILED, "refused"));
            return seen;
        }
    }

    @Test
    void aDialMayFailWhileItIsLookedAt() {
        FailingWhenSeen dialling = new FailingWhenSeen();
        assertTrue(Dials.isUsable(dialling), "as it was when it was looked at");
        assertFalse(Dials.isUsable(dialling));
    }

    @Test
    void aPortThatAnotherClusterTookIsNotTheEndOfARequest() {
        RpcIdentity foreign =
                new RpcIdentity("foreign", PeerRole.WORKER, "g1", TestingRpc.secret("of another cluster"));
        FakeGateway stranger = new FakeGateway("g1", foreign);
        head.says(TestingHead.withGateway("g1", stranger.server.address()));
        new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
        assertEquals(0, stranger.asked.size());
    }
}
