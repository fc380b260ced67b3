package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.WorldView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Plain actors and their worlds through a whole life, also when the leader ends at any single write of it. */
class PlainActorFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    /** As a client does: the same request again until a leader answers. */
    private <T> T insist(Supplier<CompletableFuture<T>> call) {
        for (int i = 0; i < 400; i++) {
            CompletableFuture<T> answer = call.get();
            for (int step = 0; step < 20 && !answer.isDone(); step++) {
                cluster.step();
            }
            try {
                if (answer.isDone()) {
                    return answer.join();
                }
            } catch (CompletionException e) {
                boolean retried = e.getCause() instanceof OrreryException known
                        && (known.code() == ErrorCode.NOT_LEADER
                                || known.code() == ErrorCode.STORE_UNAVAILABLE
                                || known.code() == ErrorCode.UNAVAILABLE);
                if (!retried) {
                    throw e;
                }
                cluster.step();
            }
        }
        throw new AssertionError("no leader answered");
    }

    private String start(String name) {
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation(cluster.operation())
                .setActor(PlainActorSpec.newBuilder()
                        .setName(name)
                        .setFactory(
                                ActorFunction.newBuilder().setLambda(com.google.protobuf.ByteString.copyFromUtf8("f")))
                        .setResources(Resources.newBuilder().setMilliCpus(100))
                        .setOpenTimeoutMillis(10_000)
                        .setMaxPendingCalls(10))
                .build();
        String id = insist(() -> cluster.control().startActor(request)).getActor();
        awaitState(id, "ALIVE");
        return id;
    }

    private ActorView actor(String id) {
        return insist(() -> cluster.control()
                .describeActor(DescribeActorRequest.newBuilder().setActor(id).build()));
    }

    private void awaitState(String id, String state) {
        cluster.await(id + " " + state, LIMIT, () -> actor(id).getState().equals(state));
    }

    private long form(String name, String... members) {
        while (true) {
            FormWorldRequest request = FormWorldRequest.newBuilder()
                    .setOperation(cluster.operation())
                    .setName(name)
                    .addAllActors(List.of(members))
                    .build();
            long id = insist(() -> cluster.control().formWorld(request)).getWorld();
            cluster.await(name + " formed", LIMIT, () -> !world(id).getState().equals("FORMING"));
            if (world(id).getState().equals("READY")) {
                return id;
            }
            assertEquals("NOT_LEADER", world(id).getCause().getKind(), () -> world(id)
                    .toString());
            close(id);
        }
    }

    private void close(long world) {
        insist(() -> cluster.control()
                .closeWorld(CloseWorldRequest.newBuilder().setWorld(world).build()));
    }

    private WorldView world(long id) {
        return insist(() -> cluster.control()
                .describeWorld(DescribeWorldRequest.newBuilder().setWorld(id).build()));
    }

    private void kill(String id) {
        insist(() -> cluster.control()
                .killActor(KillActorRequest.newBuilder().setActor(id).build()));
        awaitState(id, "DEAD");
    }

    private void live() {
        String hub = start("hub");
        String left = start("left");
        String right = start("right");
        long blue = form("blue", hub, left);
        long red = form("red", hub, right);
        cluster.kill("right");
        awaitState(right, "DEAD");
        assertEquals("signal", actor(right).getCauses(0).getKind());
        cluster.await("red BROKEN", LIMIT, () -> world(red).getState().equals("BROKEN"));
        cluster.await("why", LIMIT, () -> world(red).getCause().getKind().equals("signal"));
        assertEquals("READY", world(blue).getState());
        String again = start("right");
        long redAgain = form("red", hub, again);
        assertEquals("READY", world(blue).getState());
        assertEquals(4, cluster.launches(), "launches");
        for (long id : List.of(blue, red, redAgain)) {
            close(id);
        }
        for (String id : List.of(hub, left, again)) {
            kill(id);
        }
        cluster.await("all ended", LIMIT, () -> cluster.running().isEmpty());
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(
                cluster.store.records().keySet().stream()
                        .allMatch(key -> key instanceof RecordKey.NodeKey || key instanceof RecordKey.ActorKey),
                () -> "names and worlds are gone: " + cluster.store.records().keySet());
    }

    @Test
    void aDeathBreaksOneWorldAndTheOtherGoesOn() {
        led();
        live();
    }

    private static void atEachCommit(Fate fate) {
        PlainActorFlowTest whole = new PlainActorFlowTest();
        whole.led();
        whole.live();
        EachCommit.of(whole.cluster.store.commits(), fated -> {
            PlainActorFlowTest run = new PlainActorFlowTest();
            run.cluster.store.fates(number -> number == fated ? fate : Fate.DONE);
            run.led();
            run.live();
        });
    }

    @Test
    void crashBeforeAnyWrite() {
        atEachCommit(Fate.CRASH_BEFORE);
    }

    @Test
    void crashAfterAnyWrite() {
        atEachCommit(Fate.CRASH_AFTER);
    }

    @Test
    void noAnswerToAnyWrite() {
        atEachCommit(Fate.UNANSWERED);
    }

    @Test
    void aLeaderChangeKillsAndBreaksNothing() {
        led();
        String a = start("a");
        String b = start("b");
        long pair = form("pair", a, b);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals("ALIVE", actor(a).getState());
        assertEquals("READY", world(pair).getState());
        assertEquals(2, cluster.launches());
    }
}
