package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.NativeCallException;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the emulation cannot be told to do: single calls that fail, or that take their time at the wrong moment. */
@Timeout(120)
final class NativeCallsTest {
    /** More than NCCL takes before the other side does. */
    private static final int LARGE = 8 << 20;

    private static final long MOMENT_MILLIS = 300;

    @BeforeEach
    void needsTheEmulation() {
        TestingGpus.require();
        TestingFaults.clear();
    }

    @AfterEach
    void giveBack() {
        TestingFaults.clear();
        TestingGpus.giveAllBack();
    }

    private static boolean isThread(String part) {
        return Thread.currentThread().getName().contains(part);
    }

    private static World inner(World world) {
        return ((PlacingWorld) world).inner();
    }

    @Test
    void anOperationWhoseEndCannotBeWatchedForFailsAndNothingStays() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        Gpu gpu = TestingCalls.gpu(0, call -> {
            if (call.equals("record") && fails.get() && isThread("worlds-nccl")) {
                throw new NativeCallException("cuda", "cudaEventRecord failed: as told", false);
            }
        });
        try (TestingMember a = TestingMember.start(WorldOptions.builder().gpu(gpu));
                TestingMember b = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.open(1)));
                Tensor onGpu = gpu.copyOf(TestingTensors.number(1))) {
            List<World> worlds = TestingMember.form(1, a, b);
            fails.set(true);
            CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
            CompletableFuture<Void> send = inner(worlds.get(0)).communicator().send(1, onGpu);
            Failure cause = a.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("cuda", cause.kind());
            assertTrue(cause.message().contains("cudaEventRecord failed"), cause.message());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
            b.await(1, WorldState.BROKEN);
            receive.exceptionally(broken -> null).get(20, TimeUnit.SECONDS);
            get(a.worlds().leave(1));
            get(b.worlds().leave(1));
            assertTrue(a.stuck().isEmpty(), a.stuck()::toString);
        }
    }

    /** Giving a group up frees it: whoever asks it meanwhile would look at freed memory. */
    @Test
    void noGroupIsGivenUpWhileItIsAsked() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch aborted = new CountDownLatch(1);
        AtomicBoolean atOnce = new AtomicBoolean();
        Gpu gpu = TestingCalls.gpu(0, call -> {
            if (call.equals("abort")) {
                aborted.countDown();
            } else if (call.equals("isSettled") && isThread("device-poller")) {
                asked.countDown();
                if (happens(aborted)) {
                    atOnce.set(true);
                    throw new IllegalStateException("it is freed");
                }
            }
        });
        try (TestingMember a = TestingMember.start(WorldOptions.builder().gpu(gpu));
                TestingMember b = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.open(1)))) {
            List<World> worlds = TestingMember.form(1, a, b);
            // The first one connects the two, and is asked for by another thread.
            pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
            TestingFaults.set("SILENT_PEER@1=0");
            CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
            CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.marked(LARGE, 1));
            assertTrue(asked.await(20, TimeUnit.SECONDS), "nobody asks the group");
            b.end();
            assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
            get(a.worlds().leave(1));
            assertTrue(happens(aborted), "it was not given up");
            assertFalse(atOnce.get(), "it was given up while it was asked");
        }
    }

    /** As where CUDA and NCCL take long to load: the members have given up before NCCL gives this one its group. */
    @Test
    void aGroupThatBeginsTooLateIsGivenUpAsWell() throws Exception {
        CountDownLatch given = new CountDownLatch(1);
        CountDownLatch aborted = new CountDownLatch(1);
        Gpu gpu = TestingCalls.gpu(0, call -> {
            if (call.equals("begin")) {
                await(given);
            } else if (call.equals("abort")) {
                aborted.countDown();
            }
        });
        try (TestingMember a = TestingMember.start(WorldOptions.builder().gpu(gpu));
                TestingMember b = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.open(1)))) {
            WorldSpec spec = TestingMember.spec(1, a, b).toBuilder()
                    .setFormingTimeoutMillis(300)
                    .build();
            CompletableFuture<World> first = a.join(spec, 0);
            CompletableFuture<World> second = b.join(spec, 1);
            assertEquals(ErrorCode.BROKEN_WORLD, failure(first).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(second).code());
            CompletableFuture<Void> left = a.worlds().leave(1);
            // Longer than a last call is waited for.
            TimeUnit.MILLISECONDS.sleep(1_300);
            assertFalse(left.isDone(), "it was left with a call under way");
            given.countDown();
            get(left);
            assertEquals(0, aborted.getCount(), "the group was not given up");
            assertTrue(a.stuck().isEmpty(), a.stuck()::toString);
        }
    }

    private static void await(CountDownLatch event) {
        try {
            assertTrue(event.await(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean happens(CountDownLatch event) {
        try {
            return event.await(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
