package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where tensors lie in worlds of NCCL. */
@Timeout(120)
final class DeviceTensorTest {
    private final List<TestingMember> members = new ArrayList<>();
    private final List<Gpu> gpus = new ArrayList<>();

    @BeforeEach
    void needsTheEmulation() {
        TestingGpus.require();
        TestingFaults.clear();
    }

    @AfterEach
    void endAll() {
        members.forEach(TestingMember::close);
        TestingGpus.giveAllBack();
    }

    /** A world of so many members, the n-th of which has the n-th device. */
    private List<Communicator> form(int size) {
        for (int i = 0; i < size; i++) {
            gpus.add(TestingGpus.take());
            members.add(TestingMember.start(WorldOptions.builder().gpu(gpus.get(i))));
        }
        List<World> worlds = TestingMember.form(1, members.toArray(TestingMember[]::new));
        return worlds.stream()
                .map(world -> ((PlacingWorld) world).inner().communicator())
                .toList();
    }

    private Tensor on(int member, Tensor tensor) {
        try (tensor) {
            return gpus.get(member).copyOf(tensor);
        }
    }

    private static int number(Tensor tensor) {
        try (tensor;
                Tensor onHost = tensor.toHost()) {
            return onHost.getInt(0);
        }
    }

    @Test
    void whatIsReceivedLiesWhereItWasSentFrom() {
        List<Communicator> world = form(2);
        CompletableFuture<Void> first = world.get(0).send(1, TestingTensors.number(1));
        CompletableFuture<Void> second = world.get(0).send(1, on(0, TestingTensors.number(2)));
        Tensor fromHost = get(world.get(1).receive(0));
        Tensor fromDevice = get(world.get(1).receive(0));
        get(first);
        get(second);
        assertEquals(Optional.empty(), fromHost.device());
        assertEquals(Optional.of(gpus.get(1)), fromDevice.device());
        assertEquals(1, number(fromHost));
        assertEquals(2, number(fromDevice));
    }

    @Test
    void aReceiveCopiesIntoATensorThatLiesElsewhere() {
        List<Communicator> world = form(2);
        try (Tensor onHost = Tensor.allocateZeroed(DataType.INT32, 1);
                Tensor onDevice = on(1, TestingTensors.number(0))) {
            CompletableFuture<Void> first = world.get(0).send(1, on(0, TestingTensors.number(5)));
            assertSame(onHost, get(world.get(1).receive(0, onHost)));
            get(first);
            assertEquals(5, onHost.getInt(0));
            CompletableFuture<Void> second = world.get(0).send(1, TestingTensors.number(6));
            assertSame(onDevice, get(world.get(1).receive(0, onDevice)));
            get(second);
            assertEquals(6, number(onDevice.copy()));
        }
    }

    @Test
    void messagesFromHostAndDeviceKeepTheirOrder() {
        List<Communicator> world = form(2);
        long seed = new Random().nextLong();
        System.out.println("DeviceTensorTest seed " + seed);
        Random random = new Random(seed);
        List<CompletableFuture<Tensor>> receives = new ArrayList<>();
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Tensor tensor = TestingTensors.number(i);
            sends.add(world.get(0).send(1, random.nextBoolean() ? on(0, tensor) : tensor));
            receives.add(world.get(1).receive(0));
        }
        for (int i = 0; i < receives.size(); i++) {
            assertEquals(i, number(get(receives.get(i))), "seed " + seed);
        }
        sends.forEach(TestingMember::get);
    }

    /** Each sends to both others and receives from them, in an order of its own. */
    @Test
    void membersThatAllSendAtOnceDoNotWaitForEachOtherInACircle() {
        List<Communicator> world = form(3);
        long seed = new Random().nextLong();
        System.out.println("DeviceTensorTest seed " + seed);
        Random random = new Random(seed);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            for (int member : List.of(0, 1, 2)) {
                List<Runnable> calls = new ArrayList<>();
                for (int distance = 1; distance <= 2; distance++) {
                    int peer = (member + distance) % 3;
                    Communicator own = world.get(member);
                    calls.add(() -> all.add(own.send(peer, on(member, TestingTensors.marked(64 << 10, member)))));
                    calls.add(() -> all.add(own.receive(peer).thenAccept(Tensor::close)));
                }
                java.util.Collections.shuffle(calls, random);
                calls.forEach(Runnable::run);
            }
            for (int member : List.of(2, 0, 1)) {
                Tensor given = on(member, TestingTensors.number(round));
                all.add(world.get(member).allReduce(given, ReduceOperation.SUM));
            }
        }
        all.forEach(TestingMember::get);
    }

    @Test
    void tensorsOfOneOperationLieInOnePlace() throws Exception {
        List<Communicator> world = form(2);
        Tensor onDevice = on(0, TestingTensors.number(1));
        OrreryException mixed = failure(world.get(0).allToAll(List.of(onDevice, TestingTensors.number(1))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, mixed.code());
        assertTrue(mixed.getMessage().contains("all on cuda:0"), mixed.getMessage());
        OrreryException other = failure(world.get(0).send(1, on(1, TestingTensors.number(1))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, other.code());
        assertTrue(other.getMessage().contains("has cuda:0"), other.getMessage());
        // Of one call at two members, the world breaks.
        CompletableFuture<Tensor> here = world.get(0).allReduce(onDevice, ReduceOperation.SUM);
        CompletableFuture<Tensor> there = world.get(1).allReduce(TestingTensors.number(1), ReduceOperation.SUM);
        assertEquals(ErrorCode.BROKEN_WORLD, failure(here).code());
        assertEquals(ErrorCode.BROKEN_WORLD, failure(there).code());
        Failure cause = members.get(0).await(1, WorldState.BROKEN).cause().orElseThrow();
        assertEquals("mismatch", cause.kind());
        assertTrue(cause.message().contains("bytes on devices"), cause.message());
    }

    @Test
    void aWorldOfHostTakesNoTensorOfADevice() {
        form(2);
        List<World> host = TestingMember.formed(
                TestingMember.spec(2, members.get(0), members.get(1)).toBuilder()
                        .setBackend(dev.orrery.internal.proto.Backend.HOST)
                        .build(),
                members.get(0),
                members.get(1));
        OrreryException refused = failure(host.get(0).communicator().send(1, on(0, TestingTensors.number(1))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains("toHost()"), refused.getMessage());
    }

    private Tensor reduced(List<Communicator> world, Tensor first, Tensor second, ReduceOperation operation) {
        CompletableFuture<Tensor> other = world.get(1).allReduce(on(1, second), operation);
        try (Tensor result = get(world.get(0).allReduce(on(0, first), operation))) {
            get(other).close();
            return result.toHost();
        }
    }

    @Test
    void ncclCombinesAsTheHostDoes() {
        List<Communicator> world = form(2);
        assertArrayEquals(
                new boolean[] {false, true, true},
                reduced(world, bools(false, true, true), bools(false, false, true), ReduceOperation.SUM)
                        .toBooleans());
        assertArrayEquals(
                new boolean[] {false, false, true},
                reduced(world, bools(false, true, true), bools(false, false, true), ReduceOperation.PRODUCT)
                        .toBooleans());
        assertArrayEquals(
                new int[] {-1, 2},
                reduced(
                                world,
                                Tensor.ofInts(new int[] {-4, 2}, 2),
                                Tensor.ofInts(new int[] {1, 3}, 2),
                                ReduceOperation.AVG)
                        .toInts());
        assertArrayEquals(
                new double[] {2.5},
                reduced(
                                world,
                                Tensor.ofDoubles(new double[] {2.5}, 1),
                                Tensor.ofDoubles(new double[] {-3}, 1),
                                ReduceOperation.MAX)
                        .toDoubles());
        OrreryException refused =
                failure(world.get(0).allReduce(on(0, Tensor.allocateZeroed(DataType.INT16, 2)), ReduceOperation.SUM));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains("use copies on the host"), refused.getMessage());
    }

    private static Tensor bools(boolean... values) {
        return Tensor.ofBooleans(values, values.length);
    }

    @Test
    void aTensorThatIsClosedUnderItsTransferBreaksTheWorld() throws Exception {
        List<Communicator> world = form(2);
        Tensor onDevice = on(0, TestingTensors.marked(1 << 20, 1));
        CompletableFuture<Void> send = world.get(0).send(1, onDevice);
        // It comes after the offer, so that the tensor has been offered when this one is sent.
        get(world.get(0).send(1, TestingTensors.number(1)));
        onDevice.close();
        CompletableFuture<Tensor> receive = world.get(1).receive(0);
        assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
        assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
        for (TestingMember member : members) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("tensor", cause.kind());
        }
    }
}
