package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorldLeaveTest extends EachCarrier {
    @Test
    void everythingSentBeforeIsDeliveredAndPeersSeeClosed() throws Exception {
        try (TestingMember a = start(WorldOptions.builder().leaveTimeout(Duration.ofSeconds(30)));
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            List<CompletableFuture<Tensor>> receives = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                receives.add(worlds.get(1).communicator().receive(0));
            }
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long size = i % 2 == 0 ? 4096 : 2 << 20;
                sends.add(worlds.get(0).communicator().send(1, TestingTensors.marked(size, i)));
            }
            get(a.worlds().leave(1));
            sends.forEach(TestingMember::get);
            for (int i = 0; i < 40; i++) {
                Tensor received = get(receives.get(i));
                assertTrue(TestingTensors.isMarked(received, i % 2 == 0 ? 4096 : 2 << 20, i));
                received.close();
            }
            TestingMember.Told closed = b.await(1, WorldState.CLOSED);
            assertTrue(closed.cause().orElseThrow().message().contains("rank 0"), closed.toString());
            assertEquals("left", closed.cause().orElseThrow().kind());
            assertEquals(Optional.empty(), a.await(1, WorldState.CLOSED).cause());
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(worlds.get(1).communicator().send(0, TestingTensors.number(1)))
                            .code());
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(worlds.get(0).communicator().receive(1)).code());
        }
    }

    @Test
    void whatArrivedCanStillBeReceivedAfterThePeerLeft() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sends.add(worlds.get(0).communicator().send(1, TestingTensors.number(i)));
            }
            if (!isNccl()) {
                sends.forEach(TestingMember::get);
            }
            CompletableFuture<Void> left = a.worlds().leave(1);
            if (!isNccl()) {
                get(left);
            }
            b.await(1, WorldState.CLOSED);
            for (int i = 0; i < 20; i++) {
                assertEquals(
                        i,
                        TestingTensors.number(get(worlds.get(1).communicator().receive(0))));
            }
            sends.forEach(TestingMember::get);
            get(left);
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(worlds.get(1).communicator().receive(0)).code());
        }
    }

    @Test
    void aReceiveThatWaitsFailsOnBothSides() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Tensor> here = worlds.get(0).communicator().receive(1);
            CompletableFuture<Tensor> there = worlds.get(1).communicator().receive(0);
            get(a.worlds().leave(1));
            assertTrue(failure(here).getMessage().contains("was left"));
            assertTrue(failure(there).getMessage().contains("left the world"));
        }
    }

    @Test
    void leavingIsBoundedWhenNobodyReceives() throws Exception {
        try (TestingMember a = start(WorldOptions.builder().leaveTimeout(Duration.ofMillis(400)));
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Void> stuck =
                    worlds.get(0).communicator().send(1, TestingTensors.marked(BEYOND_ANY_BUFFER, 1));
            CompletableFuture<Void> back =
                    worlds.get(1).communicator().send(0, TestingTensors.marked(BEYOND_ANY_BUFFER, 1));
            get(a.worlds().leave(1));
            assertEquals(ErrorCode.BROKEN_WORLD, failure(stuck).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(back).code());
            b.await(1, WorldState.CLOSED);
        }
    }

    @Test
    void bothCanLeaveAtOnceWithTransfersUnderWay() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            for (long id = 1; id <= 20; id++) {
                List<World> worlds = form(id, a, b);
                CompletableFuture<Void> there = worlds.get(0).communicator().send(1, TestingTensors.marked(1 << 20, 1));
                CompletableFuture<Tensor> taken = worlds.get(1).communicator().receive(0);
                CompletableFuture<Void> left = a.worlds().leave(id);
                CompletableFuture<Void> leftToo = b.worlds().leave(id);
                get(left);
                get(leftToo);
                assertTrue(there.isDone());
                assertTrue(taken.isDone());
                a.await(id, WorldState.CLOSED);
                b.await(id, WorldState.CLOSED);
            }
        }
    }

    @Test
    void oneOfThreeLeavingClosesTheWorldForAll() throws Exception {
        assumeFalse(isNccl(), "rank 0 says what devices do next, so nothing more begins when it has left");
        WorldOptions.Builder patient = WorldOptions.builder().leaveTimeout(Duration.ofSeconds(60));
        try (TestingMember a = start();
                TestingMember b = start(patient);
                TestingMember c = start(patient)) {
            List<World> worlds = form(1, a, b, c);
            get(worlds.get(1).communicator().send(2, TestingTensors.number(6)));
            CompletableFuture<Void> large = worlds.get(1).communicator().send(2, TestingTensors.marked(2 << 20, 3));
            get(a.worlds().leave(1));
            b.await(1, WorldState.CLOSED);
            c.await(1, WorldState.CLOSED);
            assertEquals(
                    6, TestingTensors.number(get(worlds.get(2).communicator().receive(1))));
            assertTrue(TestingTensors.isMarked(get(worlds.get(2).communicator().receive(1)), 2 << 20, 3));
            get(large);
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(worlds.get(2).communicator().receive(1)).code());
            get(b.worlds().leave(1));
            get(c.worlds().leave(1));
        }
    }

    @Test
    void leavingABrokenWorldReleasesIt() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            form(1, a, b);
            b.end();
            a.await(1, WorldState.BROKEN);
            get(a.worlds().leave(1));
            assertTrue(a.worlds().world(1).isEmpty());
            assertEquals(
                    1,
                    a.told(1).stream()
                            .filter(it -> it.state() != WorldState.READY)
                            .count());
        }
    }
}
