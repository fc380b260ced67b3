package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whenever the world breaks, every operation ends once, and no memory is left. */
final class BrokenWorldTest {
    private final long seed = new Random().nextLong();

    @ParameterizedTest
    @EnumSource(CollectiveKind.class)
    void breaksAtEveryStep(CollectiveKind kind) {
        System.out.println("seed " + seed);
        for (int size : new int[] {2, 3, 5}) {
            for (Switchover switchover : List.of(Switchover.DEFAULT, CollectivesTest.ALL_LARGE)) {
                CollectiveCase example =
                        new CollectiveCase(kind, DataType.INT64, ReduceOperation.SUM, size, 11, size - 1, seed);
                long step = 0;
                while (breaksAt(step, example, switchover)) {
                    step++;
                }
                assertTrue(step > 0);
            }
        }
    }

    /** False when all was done before. */
    private static boolean breaksAt(long step, CollectiveCase example, Switchover switchover) {
        long before = MemoryPool.shared().blocksInUse();
        TestingTransfers transfers = new TestingTransfers(example.size(), example.seed());
        transfers.breakAfter(step);
        List<CollectiveCase.Part> parts = new ArrayList<>();
        for (int rank = 0; rank < example.size(); rank++) {
            Collectives collectives = new Collectives(transfers.member(rank), new IssueOrder(), switchover);
            parts.add(example.issue(transfers.member(rank), collectives));
            parts.add(example.issue(transfers.member(rank), collectives));
        }
        transfers.runAll();
        boolean broke = transfers.broken().isPresent();
        for (CollectiveCase.Part part : parts) {
            assertTrue(part.results().isDone(), () -> "waits for ever after step " + step + " of " + example);
            if (part.results().isCompletedExceptionally()) {
                assertSame(transfers.broken().orElseThrow(), MismatchTest.failureOf(part.results()));
            } else {
                example.check(part);
            }
            part.closeAll();
        }
        assertTrue(MemoryPool.shared().blocksInUse() <= before, () -> "memory left at step " + step + " of " + example);
        return broke;
    }

    @Test
    void aTensorClosedBeforeItsTurnBreaksTheWorldInsteadOfHangingIt() {
        TestingTransfers transfers = new TestingTransfers(2, seed);
        Collectives first = new Collectives(transfers.member(0), new IssueOrder());
        Collectives second = new Collectives(transfers.member(1), new IssueOrder());
        CompletableFuture<Void> barrier = first.barrier();
        Tensor closed = Tensor.ofInts(new int[] {1}, 1);
        CompletableFuture<Tensor> waits = first.broadcast(0, closed);
        closed.close();
        try (Tensor into = Tensor.ofInts(new int[] {2}, 1)) {
            CompletableFuture<Void> otherBarrier = second.barrier();
            CompletableFuture<Tensor> other = second.broadcast(0, into);
            transfers.runAll();
            barrier.join();
            // The world may break before its last message comes.
            assertTrue(otherBarrier.isDone());
            OrreryException failure = (OrreryException) MismatchTest.failureOf(waits);
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure.code());
            assertSame(transfers.broken().orElseThrow(), MismatchTest.failureOf(other));
        }
    }

    @Test
    void badArgumentsFailAtOnceAndCountNothing() {
        TestingTransfers transfers = new TestingTransfers(2, seed);
        Collectives first = new Collectives(transfers.member(0), new IssueOrder());
        Collectives second = new Collectives(transfers.member(1), new IssueOrder());
        Tensor closed = Tensor.ofInts(new int[] {1}, 1);
        closed.close();
        try (Tensor one = Tensor.ofInts(new int[] {1}, 1);
                Tensor longer = Tensor.ofInts(new int[] {1, 2}, 2);
                Tensor text = Tensor.ofStrings("a");
                Tensor truth = Tensor.ofBooleans(new boolean[] {true}, 1)) {
            List<CompletableFuture<?>> wrong = List.of(
                    first.broadcast(2, one),
                    first.broadcast(-1, one),
                    first.broadcast(0, closed),
                    first.gather(2, one),
                    first.allGather(closed),
                    first.reduce(0, text, ReduceOperation.SUM),
                    first.reduce(2, one, ReduceOperation.SUM),
                    first.allReduce(truth, ReduceOperation.AVG),
                    first.allReduce(closed, ReduceOperation.SUM),
                    first.scatter(0, List.of(one), one),
                    first.scatter(1, List.of(one, one), one),
                    first.scatter(0, List.of(one, one), longer),
                    first.scatter(0, List.of(one, longer), one),
                    first.reduceScatter(List.of(), ReduceOperation.SUM),
                    first.reduceScatter(List.of(text, text), ReduceOperation.SUM),
                    first.allToAll(List.of(one, closed)),
                    first.allToAll(List.of(one, truth)));
            for (CompletableFuture<?> future : wrong) {
                OrreryException failure = (OrreryException) MismatchTest.failureOf(future);
                assertEquals(ErrorCode.INVALID_ARGUMENT, failure.code());
                assertFalse(failure.detail().isBlank());
            }
            CompletableFuture<Void> barrier = first.barrier();
            CompletableFuture<Void> other = second.barrier();
            transfers.runAll();
            barrier.join();
            other.join();
        }
    }
}
