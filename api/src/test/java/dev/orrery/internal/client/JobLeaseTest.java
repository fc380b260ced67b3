package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.PlacementOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorFactory0;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.testing.TestingCounter;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A driver that owns actors says that it lives, until it ends. */
class JobLeaseTest {
    private static final Duration LONG = TestingRpc.LONG;

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingActorHead head = new TestingActorHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.server.address()));
    private final ActorStart actors = new ActorStart(client, LONG);

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    private void start(boolean detached) {
        head.finallySays(TestingActorHead.view("ALIVE"));
        ActorFactory0<TestingCounter> factory = TestingCounter::new;
        ActorStart.Options options = new ActorStart.Options(
                Optional.of("counter"),
                Optional.empty(),
                0.25,
                0,
                PlacementOptions.none(),
                List.of(),
                10,
                LONG,
                0,
                LONG,
                false,
                0,
                detached,
                1,
                false,
                ActorStart.Checkpoints.never());
        actors.start(options, factory, List.of(), LONG);
    }

    private void awaitRenewals(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            assertEquals(client.job().id(), head.renewals.poll(LONG.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void itRenewsFromTheFirstThingThatItOwnsAndEndsInGoodOrder() throws InterruptedException {
        start(false);
        awaitRenewals(4);
        StartActorRequest request = head.started.get(0);
        assertEquals(client.job().id(), request.getActor().getJob());
        assertEquals("default", request.getActor().getNamespace(), "that of its driver");
        assertEquals(client.job().id(), request.getJob().getId());
        assertEquals(ProcessHandle.current().pid(), request.getJob().getPid());
        assertTrue(!request.getJob().getHost().isEmpty());
        client.close();
        client.close();
        assertEquals(List.of(client.job().id()), head.endedJobs);
    }

    @Test
    void whoOwnsNothingSaysNothing() {
        start(true);
        assertTrue(head.started.get(0).getActor().getDetached());
        client.close();
        assertTrue(head.renewals.isEmpty());
        assertEquals(List.of(), head.endedJobs);
    }

    @Test
    void onceTheLeaderHasEndedItNothingIsStartedAnew() throws InterruptedException {
        start(false);
        head.renewal = RenewJobResponse.newBuilder()
                .setEnded(Failure.newBuilder().setKind("job").setMessage("job x ended: its driver said nothing"))
                .build();
        int renewals = 0;
        // Whichever of them is the first to be answered so, it is the last.
        while (head.renewals.poll(1, TimeUnit.SECONDS) != null) {
            renewals++;
        }
        assertTrue(renewals > 0);
        OrreryException refused = assertThrows(OrreryException.class, () -> start(false));
        assertEquals(ErrorCode.FENCED, refused.code());
        assertTrue(
                refused.getMessage().startsWith("job x ended: its driver said nothing; connect anew to start actors"),
                refused.getMessage());
        start(true);
        client.close();
        assertEquals(List.of(), head.endedJobs);
    }

    @Test
    void withoutALeaderClosingTakesABoundedTime() {
        start(false);
        head.server.close();
        long begin = System.nanoTime();
        client.close();
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10));
    }
}
