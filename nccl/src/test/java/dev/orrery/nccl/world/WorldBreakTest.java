package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.formed;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static dev.orrery.nccl.world.TestingMember.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorldBreakTest extends EachCarrier {
    @Test
    void aPeerThatEndsBreaksExactlyTheWorldsItIsIn() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            List<World> shared = form(1, a, b);
            form(2, b, a);
            List<World> three = form(3, a, b, c);
            List<World> other = form(4, a, c);
            CompletableFuture<Tensor> receive = shared.get(0).communicator().receive(1);
            CompletableFuture<Void> send =
                    shared.get(0).communicator().send(1, TestingTensors.marked(BEYOND_ANY_BUFFER, 1));
            CompletableFuture<Tensor> elsewhere = other.get(0).communicator().receive(1);
            b.end();
            for (long id = 1; id <= 3; id++) {
                Failure cause = a.await(id, WorldState.BROKEN).cause().orElseThrow();
                assertTrue(List.of("link", "closed").contains(cause.kind()), cause.toString());
            }
            c.await(3, WorldState.BROKEN);
            assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(three.get(2).communicator().receive(0)).code());
            assertEquals(WorldState.READY, other.get(0).state());
            CompletableFuture<Void> sent = other.get(1).communicator().send(0, TestingTensors.number(4));
            assertEquals(4, TestingTensors.number(get(elsewhere)));
            get(sent);
        }
    }

    @Test
    void connectionsThatAreCutBreakTheWorldAndSayWho() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingProxy toA = new TestingProxy(a.address());
                TestingProxy toB = new TestingProxy(b.address())) {
            formed(spec(1, List.of(toA.address(), toB.address())), a, b);
            toA.closeAll();
            toB.closeAll();
            Failure cause = a.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("link", cause.kind());
            assertTrue(cause.message().contains("rank 1 (test/stage-1"), cause.message());
            b.await(1, WorldState.BROKEN);
        }
    }

    @Test
    void aPeerThatFallsSilentBreaksTheWorldOnBothSides() throws Exception {
        WorldOptions.Builder options =
                WorldOptions.builder().heartbeatInterval(Duration.ofMillis(50)).silenceLimit(Duration.ofMillis(500));
        try (TestingMember a = start(options);
                TestingMember b = start(options);
                TestingProxy toA = new TestingProxy(a.address());
                TestingProxy toB = new TestingProxy(b.address())) {
            List<World> worlds = formed(spec(1, List.of(toA.address(), toB.address())), a, b);
            CompletableFuture<Tensor> receive = worlds.get(0).communicator().receive(1);
            toA.freeze();
            toB.freeze();
            for (TestingMember member : List.of(a, b)) {
                Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
                assertEquals("link", cause.kind());
            }
            OrreryException failure = failure(receive);
            assertTrue(failure.getMessage().contains("rank 1"), failure.getMessage());
            assertEquals("link", failure.failure().orElseThrow().kind());
        }
    }

    /** The data path runs through a proxy that freezes, the control link does not. */
    @Test
    void aDeadDataPathBehindLiveHeartbeatsIsFound() throws Exception {
        assumeTrue(transport == Transport.TCP, "nothing can freeze shared memory from outside");
        WorldOptions.Builder options = WorldOptions.builder().operationTimeout(Duration.ofMillis(500));
        try (TestingMember a = start(options);
                TestingMember b = start(options);
                TestingProxy toA = new TestingProxy(a.address())) {
            // The link between the two is there before, beside the proxy.
            form(1, a, b);
            List<World> worlds = formed(spec(2, List.of(toA.address(), b.address())), a, b);
            pass(worlds.get(1), worlds.get(0), TestingTensors.number(1)).close();
            CompletableFuture<Void> send = worlds.get(1).communicator().send(0, TestingTensors.marked(64 << 20, 2));
            toA.freezeAfter(8 << 20);
            CompletableFuture<Tensor> stuck = worlds.get(0).communicator().receive(1);
            Failure cause = a.await(2, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("deadline", cause.kind());
            assertTrue(cause.message().contains("operation past its deadline"), cause.message());
            assertEquals(
                    "deadline",
                    b.await(2, WorldState.BROKEN).cause().orElseThrow().kind());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(stuck).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
            assertEquals(WorldState.READY, a.worlds().world(1).orElseThrow().state());
        }
    }

    @Test
    void aTensorClosedUnderItsTransferBreaksTheWorldInsteadOfSendingOtherBytes() throws Exception {
        assumeFalse(isNccl(), "what is sent is a copy on the device");
        try (TestingMember a = start();
                TestingMember b = start()) {
            long id = 0;
            ErrorCode code = ErrorCode.INVALID_ARGUMENT;
            // Now and then the tensor is closed before it was announced, and then only the send fails.
            while (code == ErrorCode.INVALID_ARGUMENT) {
                id++;
                List<World> worlds = form(id, a, b);
                Tensor tensor = TestingTensors.marked(BEYOND_ANY_BUFFER, 1);
                CompletableFuture<Void> send = worlds.get(0).communicator().send(1, tensor);
                pass(worlds.get(1), worlds.get(0), TestingTensors.number(1)).close();
                tensor.close();
                CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
                code = failure(send).code();
                if (code == ErrorCode.BROKEN_WORLD) {
                    assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
                }
            }
            assertEquals(ErrorCode.BROKEN_WORLD, code);
            assertEquals(
                    "tensor",
                    b.await(id, WorldState.BROKEN).cause().orElseThrow().kind());
        }
    }

    @Test
    void aBrokenWorldIsReplacedByAFreshOneBetweenTheSame() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingProxy toA = new TestingProxy(a.address());
                TestingProxy toB = new TestingProxy(b.address())) {
            WorldSpec behind = spec(1, List.of(toA.address(), toB.address()));
            formed(behind, a, b);
            toA.closeAll();
            toB.closeAll();
            a.await(1, WorldState.BROKEN);
            b.await(1, WorldState.BROKEN);
            List<World> fresh = form(2, a, b);
            assertEquals(9, TestingTensors.number(pass(fresh.get(0), fresh.get(1), TestingTensors.number(9))));
            get(a.worlds().leave(1));
            assertEquals(
                    1,
                    a.told(1).stream()
                            .filter(it -> it.state() == WorldState.BROKEN)
                            .count());
            assertTrue(a.worlds().world(1).isEmpty());
        }
    }
}
