package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What a head answers that does not lead, does not lead any more, or cannot reach the store. */
class StandbyTest {
    private static final HostPort LEADER = new HostPort("other", 6400);
    private static final HostPort SELF = new HostPort("self", 6400);

    private final TestingThread thread = new TestingThread();
    private final TestingStore store = new TestingStore();
    private long now;
    private KnownLeader known = new KnownLeader(Optional.of(LEADER), Optional.empty());
    private final ControlPlane control = new ControlPlane(
            ControlOptions.defaults(),
            new HeadIdentity("self", SELF),
            () -> now,
            new TestingArtifacts(List.of()),
            () -> known,
            thread);

    private OrreryException failure(CompletableFuture<?> answer) {
        thread.run();
        CompletionException failure = assertThrows(CompletionException.class, () -> answer.getNow(null));
        return assertInstanceOf(OrreryException.class, failure.getCause());
    }

    private CompletableFuture<?> deploy() {
        return control.deploy(DeployRequest.newBuilder()
                .setOperation("op")
                .setPipeline(TestingPipelines.embed(1, 1))
                .build());
    }

    @Test
    void aStandbyNamesTheLeader() {
        OrreryException error = failure(deploy());
        assertEquals(ErrorCode.NOT_LEADER, error.code());
        assertEquals(Optional.of(LEADER), ErrorCodec.leaderOf(error));
        assertEquals("head self stands by; the leader is other:6400", error.detail());
    }

    @Test
    void aStandbyThatMayNotKnowTheLeaderSaysWhy() {
        known = new KnownLeader(Optional.empty(), Optional.of("ZooKeeper is away"));
        OrreryException nobody = failure(deploy());
        assertEquals("head self stands by; no leader is known now (ZooKeeper is away)", nobody.detail());

        known = new KnownLeader(Optional.of(LEADER), Optional.of("ZooKeeper is away"));
        OrreryException doubtful = failure(deploy());
        assertEquals(Optional.of(LEADER), ErrorCodec.leaderOf(doubtful), "it may lead still");
        assertEquals("head self stands by; the leader is other:6400 (ZooKeeper is away)", doubtful.detail());
    }

    @Test
    void whyItLeadsNoMoreIsSaidUntilAnotherLeads() {
        control.elected(store.lead());
        control.lost("session expired");
        known = new KnownLeader(Optional.empty(), Optional.empty());
        OrreryException past = failure(deploy());
        assertEquals("head self stands by; no leader is known now (session expired)", past.detail());

        known = new KnownLeader(Optional.empty(), Optional.of("ZooKeeper is away"));
        OrreryException present = failure(deploy());
        assertEquals("head self stands by; no leader is known now (ZooKeeper is away)", present.detail());

        known = new KnownLeader(Optional.of(LEADER), Optional.empty());
        OrreryException other = failure(deploy());
        assertEquals("head self stands by; the leader is other:6400", other.detail());
    }

    @Test
    void whatWaitsWhenLeadershipIsLostFails() {
        control.elected(store.lead());
        control.writesSuspended();
        CompletableFuture<?> answer = deploy();
        thread.run();
        assertTrue(!answer.isDone());
        control.lost("session expired");
        OrreryException lost = failure(answer);
        assertEquals(ErrorCode.NOT_LEADER, lost.code());
        assertTrue(lost.getMessage().contains("no leader is known now (session expired)"), lost.getMessage());
        assertEquals(ErrorCode.NOT_LEADER, failure(control.describeCluster()).code());
    }

    @Test
    void aFencedLeaderStopsByItself() {
        control.elected(store.lead());
        thread.run();
        store.lead();
        assertEquals(ErrorCode.NOT_LEADER, failure(deploy()).code());
        assertEquals(0, store.commits());
    }

    @Test
    void whileWritesAreSuspendedAChangeWaitsAndThenIsMade() {
        control.elected(store.lead());
        control.writesSuspended();
        CompletableFuture<?> answer = deploy();
        thread.run();
        assertTrue(!answer.isDone());
        control.writesResumed();
        thread.run();
        assertTrue(answer.isDone() && !answer.isCompletedExceptionally());
    }

    @Test
    void aLeaderThatIsStillLoadingLetsDriversWait() {
        control.start();
        store.failingLoads = 1;
        control.elected(store.lead());
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE, failure(control.describeCluster()).code());
        CompletableFuture<?> answer = deploy();
        thread.tick();
        assertTrue(answer.isDone() && !answer.isCompletedExceptionally());
    }

    @Test
    void aChangeDoesNotWaitForTheStoreForEver() {
        control.start();
        control.elected(store.lead());
        control.writesSuspended();
        CompletableFuture<?> answer = deploy();
        thread.tick();
        now += Duration.ofMillis(500).toNanos() + 1;
        thread.tick();
        OrreryException error = failure(answer);
        assertEquals(ErrorCode.STORE_UNAVAILABLE, error.code());
        assertTrue(error.getMessage().contains("'deploy embed' waited 500 ms for the leader's store"));
    }

    @Test
    void anAgentThatDidNotRegisterInThisEpochIsSentToRegister() {
        control.elected(store.lead());
        OrreryException error = failure(
                control.reportNode(NodeReport.newBuilder().setNode("node-a").build()));
        assertEquals(ErrorCode.NOT_LEADER, error.code());
        assertEquals(Optional.of(SELF), ErrorCodec.leaderOf(error));
    }

    private CompletableFuture<NodeWelcome> registerAfterMissing(HostPort head) {
        RpcConnection connection = new TestingConnection(PeerRole.AGENT, "node-a");
        return control.registerNode(
                connection,
                NodeHello.newBuilder()
                        .setNode("node-a")
                        .addUnreachable(head.toMessage())
                        .build());
    }

    @Test
    void anAgentThatCannotReachTheLeaderRegistersAsSoonAsThisHeadLeads() {
        CompletableFuture<NodeWelcome> answer = registerAfterMissing(LEADER);
        thread.run();
        assertTrue(!answer.isDone(), "it is told nothing that it knows");
        store.failingLoads = 1;
        ClusterStore term = store.lead();
        control.elected(term);
        thread.run();
        assertEquals(term.epoch(), answer.join().getEpoch());
    }

    @Test
    void anAgentThatCannotReachTheLeaderIsSentToTheNext() {
        control.start();
        CompletableFuture<NodeWelcome> answer = registerAfterMissing(LEADER);
        thread.tick();
        assertTrue(!answer.isDone(), "it is told nothing that it knows");
        HostPort next = new HostPort("next", 6400);
        known = new KnownLeader(Optional.of(next), Optional.empty());
        thread.tick();
        assertEquals(Optional.of(next), ErrorCodec.leaderOf(failure(answer)));
        assertEquals(Optional.of(next), ErrorCodec.leaderOf(failure(registerAfterMissing(LEADER))), "at once");
    }

    @Test
    void aNodeOfAnotherClusterIsRefused() {
        control.elected(store.lead());
        OrreryException error = failure(control.registerNode(
                null,
                NodeHello.newBuilder()
                        .setNode("node-a")
                        .setKnownCluster("another")
                        .build()));
        assertEquals(ErrorCode.FENCED, error.code());
        assertTrue(error.getMessage().contains("belongs to cluster another"));
    }

    @Test
    void itHasAHandlerForEachOfTheLeadersMethods() {
        control.handlers();
    }
}
