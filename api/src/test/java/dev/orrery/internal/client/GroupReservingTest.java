package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.BundleOptions;
import dev.orrery.PlacementGroupState;
import dev.orrery.PlacementGroupStatus;
import dev.orrery.PlacementOptions;
import dev.orrery.PlacementStrategy;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A driver's side of placement groups. */
class GroupReservingTest {
    private static final BundleOptions BUNDLE = new BundleOptions(1.5, 2, PlacementOptions.none());

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingGroupHead head = new TestingGroupHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.server.address()));
    private final GroupReserving reserving = new GroupReserving(client, TestingRpc.LONG);

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    private String create(boolean detached) {
        return reserving.create(new GroupReserving.Options(
                Optional.of("trainers"), PlacementStrategy.STRICT_SPREAD, List.of(BUNDLE, BUNDLE), detached));
    }

    @Test
    void aGroupIsAskedForOnceWithAllThatItIs() {
        assertEquals(TestingGroupHead.GROUP, create(false));
        CreatePlacementGroupRequest asked = head.created.get(0);
        assertEquals("trainers", asked.getSpec().getName());
        assertEquals(Strategy.STRICT_SPREAD, asked.getSpec().getStrategy());
        assertEquals(client.job().id(), asked.getSpec().getJob());
        assertEquals(client.job().id(), asked.getJob().getId());
        assertFalse(asked.getOperation().isEmpty());
        assertEquals(2, asked.getBundlesCount());
        assertEquals(
                Resources.newBuilder().setMilliCpus(1_500).setGpus(2).build(),
                asked.getBundles(1).getResources());
    }

    @Test
    void whatIsDetachedNeedsNoJobThatLives() {
        create(true);
        assertTrue(head.created.get(0).getSpec().getDetached());
        assertEquals(List.of(), head.renewed);
    }

    @Test
    void readyCompletesOnceAllBundlesHaveRoom() throws Exception {
        head.says(TestingGroupHead.view("PENDING"))
                .says(TestingGroupHead.view("RESIZING"))
                .says(TestingGroupHead.view("READY"));
        assertEquals(
                "handle",
                reserving
                        .ready(TestingGroupHead.GROUP, "handle")
                        .get(TestingRpc.LONG.toMillis(), TimeUnit.MILLISECONDS));
        assertEquals(1, head.says.size());
    }

    @Test
    void readyAsksOnWhereNoLeaderCanAnswerNow() throws Exception {
        head.says.add(CompletableFuture.failedFuture(OrreryException.of(ErrorCode.UNAVAILABLE, "not now")));
        head.says(TestingGroupHead.view("READY"));
        assertEquals(
                "handle",
                reserving
                        .ready(TestingGroupHead.GROUP, "handle")
                        .get(TestingRpc.LONG.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Test
    void readyFailsWithTheCauseWhenTheGroupIsRemoved() {
        head.says(removed());
        CompletableFuture<String> ready = reserving.ready(TestingGroupHead.GROUP, "handle");
        NotFoundException gone = assertInstanceOf(NotFoundException.class, failure(ready));
        assertTrue(
                gone.getMessage().startsWith("removed: a driver removed it -- placement group 'trainers' (7-1)"),
                gone.getMessage());
    }

    @Test
    void readyEndsWithTheClient() {
        head.says(TestingGroupHead.view("PENDING"));
        CompletableFuture<String> ready = reserving.ready(TestingGroupHead.GROUP, "handle");
        client.close();
        OrreryException closed = assertInstanceOf(OrreryException.class, failure(ready));
        assertEquals(ErrorCode.CANCELLED, closed.code());
    }

    private static Throwable failure(CompletableFuture<?> future) {
        ExecutionException failed = assertThrows(
                ExecutionException.class, () -> future.get(TestingRpc.LONG.toMillis(), TimeUnit.MILLISECONDS));
        return failed.getCause();
    }

    private static dev.orrery.internal.proto.PlacementGroupView.Builder removed() {
        return TestingGroupHead.view("REMOVED")
                .setCause(Failure.newBuilder().setKind("removed").setMessage("a driver removed it"));
    }

    @Test
    void theDeadlineOfAWaitTellsWhyBundlesWait() {
        head.says(TestingGroupHead.view("PENDING").setReason("needs 3 nodes; free: n1"));
        DeadlineExceededException late = assertThrows(
                DeadlineExceededException.class,
                () -> reserving.awaitReady(TestingGroupHead.GROUP, Duration.ofMillis(50)));
        assertTrue(
                late.getMessage()
                        .contains("for placement group 'trainers' (7-1) to be READY; it is PENDING: needs 3 nodes;"
                                + " free: n1"),
                late.getMessage());
        head.says(removed());
        assertThrows(NotFoundException.class, () -> reserving.awaitReady(TestingGroupHead.GROUP, TestingRpc.LONG));
    }

    @Test
    void aStatusTellsOfEachBundle() {
        head.says(TestingGroupHead.view("RESIZING")
                .setReason("why")
                .addBundles(BundleView.newBuilder()
                        .setNumber(3)
                        .setNode("n1")
                        .addGpus("GPU-a")
                        .setActors(2)));
        PlacementGroupStatus status = reserving.status(TestingGroupHead.GROUP);
        assertEquals(PlacementGroupState.RESIZING, status.state());
        assertEquals(Optional.of("why"), status.reason());
        assertEquals(Optional.empty(), status.bundles().get(0).node());
        assertEquals(Optional.of("n1"), status.bundles().get(1).node());
        assertEquals(List.of("GPU-a"), status.bundles().get(1).gpus());
        assertEquals(2, status.bundles().get(1).actors());
        assertEquals(Optional.empty(), status.failure());
    }

    @Test
    void oneThatWasRemovedIsNotFoundByItsName() {
        head.says(removed());
        assertThrows(NotFoundException.class, () -> reserving.find("trainers"));
        head.says(TestingGroupHead.view("PENDING"));
        assertThrows(NotFoundException.class, () -> reserving.find("trainers"));
        assertEquals(TestingGroupHead.GROUP, reserving.find("trainers").id());
    }

    @Test
    void whatIsAddedIsToldByItsNumbers() {
        assertEquals(List.of(10, 11), reserving.resize(TestingGroupHead.GROUP, List.of(BUNDLE, BUNDLE), List.of(4)));
        assertEquals(List.of(4), head.resized.get(0).getRemoveList());
        assertFalse(head.resized.get(0).getOperation().isEmpty());
    }

    @Test
    void removingWaitsForWhatIsInTheGroup() {
        head.says(removed().setActors(2)).says(removed().setActors(1)).says(removed());
        reserving.remove(TestingGroupHead.GROUP, TestingRpc.LONG);
        assertEquals(List.of(TestingGroupHead.GROUP), head.removed);
        assertEquals(1, head.says.size());
        head.says.clear();
        head.says(removed().setActors(3));
        DeadlineExceededException late = assertThrows(
                DeadlineExceededException.class, () -> reserving.remove(TestingGroupHead.GROUP, Duration.ofMillis(50)));
        assertTrue(late.getMessage().contains("actors and workers that are left: 3"), late.getMessage());
    }
}
