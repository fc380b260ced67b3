package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody looks unless woken, and nothing ticks: a wake-up that is lost stays lost, and its message never arrives. */
@Timeout(240)
final class DoorbellTest {
    private static final RingGeometry SMALL = new RingGeometry(64 << 10, 8 << 10);
    private static final int[] SIZES = {0, 1, 8, 100, 4096, 8191, 8192, 8193, 30_000, 65_536, 200_000};
    private static final long STUCK_SECONDS = 20;
    private static final int PAIRS = 3;
    private static final int ROUNDS = 2_000;

    private static OrreryException over() {
        return OrreryException.of(ErrorCode.BROKEN_WORLD, "the test is over");
    }

    @TempDir
    Path folder;

    /** One direction of a pair: bursts of messages, each burst waited for before the next, so that both sides sleep often. */
    private final class Traffic {
        private final SharedPath from;
        private final SharedPath to;
        private final Random random;
        private final boolean helping;

        Traffic(SharedPath from, SharedPath to, long seed, boolean helping) {
            this.from = from;
            this.to = to;
            this.random = new Random(seed);
            this.helping = helping;
        }

        void run() throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                burst(round);
                if (random.nextInt(4) == 0) {
                    LockSupport.parkNanos(random.nextInt(200_000));
                }
            }
        }

        private void burst(int round) throws Exception {
            int count = 1 + random.nextInt(6);
            boolean receiveFirst = random.nextBoolean();
            List<TestingPair.Taking> receptions = new ArrayList<>();
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int size = SIZES[random.nextInt(SIZES.length)];
                Tensor tensor = Tensor.allocate(DataType.UINT8, size);
                if (size > 0) {
                    tensor.buffer(0, size).put(size - 1, (byte) (round + i));
                }
                tensors.add(tensor);
                receptions.add(new TestingPair.Taking());
                sends.add(new CompletableFuture<>());
                if (receiveFirst) {
                    to.receive(receptions.get(i));
                }
            }
            for (int i = 0; i < count; i++) {
                from.send(TestingPair.sent(tensors.get(i), sends.get(i)));
            }
            for (int i = 0; i < count; i++) {
                if (!receiveFirst) {
                    to.receive(receptions.get(i));
                }
            }
            for (int i = 0; i < count; i++) {
                check(round, i, tensors.get(i), await(receptions.get(i).received, round));
                await(sends.get(i), round);
                tensors.get(i).close();
            }
        }

        private void check(int round, int i, Tensor sent, Tensor received) {
            try (received) {
                assertEquals(sent.byteSize(), received.byteSize());
                int size = (int) sent.byteSize();
                if (size > 0) {
                    assertEquals((byte) (round + i), received.buffer(0, size).get(size - 1));
                }
            }
        }

        private <T> T await(CompletableFuture<T> future, int round) throws Exception {
            if (helping && random.nextInt(3) > 0) {
                help(future);
            }
            try {
                return future.get(STUCK_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError("stuck in round " + round, e);
            }
        }

        /** As one who waits for an operation does, and gives up at any moment. */
        private void help(Future<?> future) {
            SharedPath path = random.nextBoolean() ? from : to;
            path.helping();
            for (int look = random.nextInt(60); look > 0 && !future.isDone(); look--) {
                path.help();
            }
            path.helped(!future.isDone());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2_000, 40_000})
    void everyMessageArrivesThoughNobodyLooks(long spinNanos) throws Exception {
        long seed = System.nanoTime();
        System.out.println("DoorbellTest seed " + seed + ", spin " + spinNanos + " ns");
        Random random = new Random(seed);
        Duration spin = Duration.ofNanos(spinNanos);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (RingThread leftRings = new RingThread(spin, 2, NanoClock.SYSTEM);
                RingThread rightRings = new RingThread(spin, 2, NanoClock.SYSTEM)) {
            leftRings.start();
            rightRings.start();
            List<TestingPair> pairs = new ArrayList<>();
            List<Future<?>> traffics = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                TestingPair pair = TestingPair.meet(folder, SMALL, leftRings, rightRings);
                pairs.add(pair);
                Traffic there = new Traffic(pair.left, pair.right, random.nextLong(), i > 0);
                Traffic back = new Traffic(pair.right, pair.left, random.nextLong(), i > 0);
                traffics.add(threads.submit(() -> {
                    there.run();
                    return null;
                }));
                traffics.add(threads.submit(() -> {
                    back.run();
                    return null;
                }));
            }
            for (Future<?> traffic : traffics) {
                traffic.get(200, TimeUnit.SECONDS);
            }
            for (TestingPair pair : pairs) {
                assertEquals(List.of(), pair.leftTold.events);
                assertEquals(List.of(), pair.rightTold.events);
                pair.abort(over());
                assertTrue(pair.leftTold.released.await(5, TimeUnit.SECONDS));
                assertTrue(pair.rightTold.released.await(5, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** One side leaves while the other's threads look on: it must be told of a leave, never of a loss. */
    @ParameterizedTest
    @ValueSource(ints = {1_500})
    void aLeaveIsNeverTakenForALoss(int rounds) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (RingThread leftRings = new RingThread(Duration.ZERO, 2, NanoClock.SYSTEM);
                RingThread rightRings = new RingThread(Duration.ZERO, 2, NanoClock.SYSTEM)) {
            leftRings.start();
            rightRings.start();
            for (int round = 0; round < rounds; round++) {
                TestingPair pair = TestingPair.meet(folder, SMALL, leftRings, rightRings);
                pair.right.receive(new TestingPair.Taking());
                Future<?> looking = threads.submit(() -> {
                    pair.right.helping();
                    while (!pair.rightTold.ended.isDone() && !Thread.interrupted()) {
                        pair.right.help();
                    }
                    pair.right.helped(false);
                });
                pair.left.end(over(), false);
                assertEquals("left", pair.rightTold.ended.get(STUCK_SECONDS, TimeUnit.SECONDS), "round " + round);
                looking.get(STUCK_SECONDS, TimeUnit.SECONDS);
                pair.right.end(over(), false);
                assertTrue(pair.leftTold.released.await(5, TimeUnit.SECONDS));
                assertTrue(pair.rightTold.released.await(5, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
