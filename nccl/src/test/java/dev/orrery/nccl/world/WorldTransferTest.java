package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorldTransferTest extends EachCarrier {
    @Test
    void theTransportIsTheOneThatWasChosen() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            assertEquals(transport, worlds.get(0).transport(1));
            assertEquals(transport, worlds.get(1).transport(0));
        }
    }

    @Test
    void everyTypeArrivesAsItWasSent() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            Communicator to = worlds.get(0).communicator();
            Communicator from = worlds.get(1).communicator();
            for (DataType type : DataType.values()) {
                Tensor sent = type.fixedSize()
                        ? TestingTensors.counting(type, 3, 5)
                        : Tensor.ofStrings("", "Grüße", "a longer one");
                CompletableFuture<Void> done = to.send(1, sent);
                Tensor received = get(from.receive(0));
                get(done);
                assertEquals(type, received.dataType());
                assertArrayEquals(sent.shape(), received.shape());
                assertArrayEquals(sent.toBytes(), received.toBytes());
                sent.close();
                received.close();
            }
        }
    }

    @Test
    void scalarsAndEmptyTensorsArrive() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            Tensor empty = Tensor.allocate(DataType.FP32, 4, 0, 2);
            Tensor scalar = Tensor.ofDoubles(new double[] {1.5});
            List<CompletableFuture<Void>> sends = List.of(
                    worlds.get(1).communicator().send(0, empty),
                    worlds.get(1).communicator().send(0, scalar));
            Tensor first = get(worlds.get(0).communicator().receive(1));
            Tensor second = get(worlds.get(0).communicator().receive(1));
            assertArrayEquals(new long[] {4, 0, 2}, first.shape());
            assertArrayEquals(new long[] {}, second.shape());
            assertEquals(1.5, second.getDouble(0));
            sends.forEach(TestingMember::get);
        }
    }

    @Test
    void tenThousandSmallOnesArriveInOrder() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                sends.add(worlds.get(0).communicator().send(1, TestingTensors.number(i)));
            }
            for (int i = 0; i < 10_000; i++) {
                assertEquals(
                        i,
                        TestingTensors.number(get(worlds.get(1).communicator().receive(0))));
            }
            sends.forEach(TestingMember::get);
        }
    }

    @Test
    void sizesOfAllKindsInBothDirectionsMatchInOrder() {
        sizesOfAllKindsMatch(HostOptions.defaults());
    }

    /** Every thread sleeps until it is woken. */
    @Test
    void theyDoSoWithoutSpinning() {
        sizesOfAllKindsMatch(HostOptions.defaults().withSpin(Duration.ZERO));
    }

    private void sizesOfAllKindsMatch(HostOptions options) {
        long seed = new Random().nextLong();
        System.out.println("WorldTransferTest seed " + seed);
        Random random = new Random(seed);
        WorldOptions.Builder member = WorldOptions.builder().host(options.withTransport(transport));
        try (TestingMember a = TestingMember.start(member);
                TestingMember b = TestingMember.start(member)) {
            List<World> worlds = form(1, a, b);
            List<Long> sizes = new ArrayList<>(
                    List.of(64L << 10, (64L << 10) + 8, 256L << 10, (256L << 10) + 8, 1L << 20, (1L << 20) + 8));
            for (int i = 0; i < 40; i++) {
                sizes.add(8L * (1 + random.nextInt(i % 2 == 0 ? 2_000 : 400_000)));
            }
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            List<CompletableFuture<Tensor>> receives = new ArrayList<>();
            for (int i = 0; i < sizes.size(); i++) {
                sends.add(worlds.get(0).communicator().send(1, TestingTensors.marked(sizes.get(i), i)));
                sends.add(worlds.get(1).communicator().send(0, TestingTensors.marked(sizes.get(i), -i)));
            }
            for (int i = 0; i < sizes.size(); i++) {
                receives.add(worlds.get(1).communicator().receive(0));
                receives.add(worlds.get(0).communicator().receive(1));
            }
            for (int i = 0; i < sizes.size(); i++) {
                Tensor there = get(receives.get(2 * i));
                Tensor back = get(receives.get(2 * i + 1));
                assertTrue(TestingTensors.isMarked(there, sizes.get(i), i), "seed " + seed + ", " + i);
                assertTrue(TestingTensors.isMarked(back, sizes.get(i), -i), "seed " + seed + ", back " + i);
                there.close();
                back.close();
            }
            sends.forEach(TestingMember::get);
        }
    }

    @Test
    void aLargeOneWaitsForItsReceiveAndArrives() {
        long size = 64L << 20;
        try (TestingMember a = start();
                TestingMember b = start();
                Tensor large = TestingTensors.marked(size, 7)) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Void> sent = worlds.get(0).communicator().send(1, large);
            // A round trip in the other direction: the offer has arrived by its end.
            pass(worlds.get(1), worlds.get(0), TestingTensors.number(1)).close();
            assertFalse(sent.isDone());
            Tensor received = get(worlds.get(1).communicator().receive(0));
            get(sent);
            assertTrue(TestingTensors.isMarked(received, size, 7));
            received.close();
        }
    }

    @Test
    void whatNobodyReceivesIsBounded() {
        long held = transport == Transport.SHARED_MEMORY
                ? HostOptions.defaults().rings().ringBytes()
                : 1 << 20;
        try (TestingMember a = start();
                TestingMember b = start();
                Tensor tensor = TestingTensors.marked(held / 32, 3)) {
            List<World> worlds = form(1, a, b);
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sends.add(worlds.get(0).communicator().send(1, tensor));
            }
            if (!isNccl()) {
                get(sends.get(0));
            }
            pass(worlds.get(1), worlds.get(0), TestingTensors.number(1)).close();
            long done = sends.stream().filter(CompletableFuture::isDone).count();
            assertTrue(done < 40, "sent although nobody receives: " + done);
            for (int i = 0; i < 100; i++) {
                get(worlds.get(1).communicator().receive(0)).close();
            }
            sends.forEach(TestingMember::get);
        }
    }

    @Test
    void threeMembersReachEachOther() {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            List<World> worlds = form(1, a, b, c);
            for (int from = 0; from < 3; from++) {
                for (int to = 0; to < 3; to++) {
                    if (from != to) {
                        Tensor sent = TestingTensors.number(10 * from + to);
                        Tensor received = pass(worlds.get(from), worlds.get(to), sent);
                        assertEquals(10 * from + to, TestingTensors.number(received));
                    }
                }
            }
        }
    }

    @Test
    void aWorldOfOneIsReadyAtOnce() {
        try (TestingMember a = start()) {
            World alone = form(1, a).get(0);
            assertEquals(WorldState.READY, alone.state());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    failure(alone.communicator().receive(0)).code());
            get(a.worlds().leave(1));
            assertEquals(WorldState.CLOSED, alone.state());
        }
    }

    @Test
    void anIdleReceiveIsHealthyForManyHeartbeatsAndTimeouts() throws Exception {
        WorldOptions.Builder quick = quick();
        try (TestingMember a = start(quick);
                TestingMember b = start(quick)) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Tensor> idle = worlds.get(1).communicator().receive(0);
            CompletableFuture<Void> waits =
                    worlds.get(1).communicator().send(0, TestingTensors.marked(BEYOND_ANY_BUFFER, 1));
            // Time itself is what is tested here.
            Thread.sleep(4_500);
            assertFalse(idle.isDone());
            assertFalse(waits.isDone());
            CompletableFuture<Void> sent = worlds.get(0).communicator().send(1, TestingTensors.number(1));
            assertEquals(1, TestingTensors.number(get(idle)));
            get(sent);
            get(worlds.get(0).communicator().receive(1)).close();
            get(waits);
        }
    }

    /** Its limits are long enough for a busy machine, and short enough for many of them to pass in a test. */
    private static WorldOptions.Builder quick() {
        return WorldOptions.builder()
                .heartbeatInterval(java.time.Duration.ofMillis(200))
                .silenceLimit(java.time.Duration.ofSeconds(2))
                .operationTimeout(java.time.Duration.ofSeconds(1));
    }

    @Test
    void aTooLargeSendFailsAndLeavesTheWorldHealthy() {
        try (TestingMember a = start(WorldOptions.builder().maxTensorBytes(100_000));
                TestingMember b = start(WorldOptions.builder().maxTensorBytes(100_000))) {
            List<World> worlds = form(1, a, b);
            OrreryException failure = failure(worlds.get(0).communicator().send(1, TestingTensors.marked(100_008, 1)));
            assertEquals(ErrorCode.TENSOR_TOO_LARGE, failure.code());
            assertTrue(failure.getMessage().contains("100008")
                    && failure.getMessage().contains("100000"));
            assertEquals(5, TestingTensors.number(pass(worlds.get(0), worlds.get(1), TestingTensors.number(5))));
        }
    }

    @Test
    void aTooLargeAnnouncementBreaksTheWorldOnBothSidesWithSizeAndLimit() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start(WorldOptions.builder().maxTensorBytes(1_000_000))) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
            CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.marked(1_000_008, 1));
            assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
            assertTrue(transport == Transport.SHARED_MEMORY || failure(send).code() == ErrorCode.BROKEN_WORLD);
            for (TestingMember member : List.of(a, b)) {
                Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
                assertEquals("TENSOR_TOO_LARGE", cause.kind());
                assertTrue(
                        cause.message().contains("1000008") && cause.message().contains("1000000"), cause.message());
            }
        }
    }

    @Test
    void wrongArgumentsFailTheCallOnly() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            Communicator communicator = form(1, a, b).get(0).communicator();
            Tensor closed = TestingTensors.number(1);
            closed.close();
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    failure(communicator.send(1, closed)).code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT, failure(communicator.receive(0)).code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT, failure(communicator.receive(2)).code());
        }
    }
}
