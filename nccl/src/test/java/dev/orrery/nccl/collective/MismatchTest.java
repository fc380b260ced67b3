package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One member calls something else than the others: the world breaks, and nobody waits for ever. */
final class MismatchTest {
    private static final int ELEMENTS = 12;
    private static final int[] SIZES = {2, 3, 5, 8};
    private final long seed = new Random().nextLong();

    @ParameterizedTest
    @EnumSource(CollectiveKind.class)
    void aMemberThatCallsSomethingElseIsSeen(CollectiveKind kind) {
        System.out.println("seed " + seed);
        for (int size : SIZES) {
            CollectiveCase right = of(kind, DataType.FP32, ReduceOperation.SUM, size, ELEMENTS, 0);
            for (CollectiveCase wrong : others(right)) {
                for (int odd = 0; odd < size; odd++) {
                    check(right, wrong, odd, Switchover.DEFAULT);
                    check(right, wrong, odd, CollectivesTest.ALL_LARGE);
                }
            }
        }
    }

    private List<CollectiveCase> others(CollectiveCase right) {
        List<CollectiveCase> others = new ArrayList<>();
        int size = right.size();
        for (CollectiveKind kind : CollectiveKind.values()) {
            if (kind != right.kind()) {
                others.add(of(kind, right.type(), right.operation(), size, ELEMENTS, 0));
            }
        }
        if (right.kind() == CollectiveKind.BARRIER) {
            return others;
        }
        others.add(of(right.kind(), DataType.INT32, right.operation(), size, ELEMENTS, 0));
        others.add(of(right.kind(), right.type(), right.operation(), size, ELEMENTS + 1, 0));
        others.add(of(right.kind(), right.type(), right.operation(), size, 0, 0));
        if (CollectiveCase.reduces(right.kind())) {
            others.add(of(right.kind(), right.type(), ReduceOperation.AVG, size, ELEMENTS, 0));
        }
        switch (right.kind()) {
            case BROADCAST, REDUCE, GATHER, SCATTER ->
                others.add(of(right.kind(), right.type(), right.operation(), size, ELEMENTS, size - 1));
            default -> {
                // Has no root.
            }
        }
        return others;
    }

    private CollectiveCase of(
            CollectiveKind kind, DataType type, ReduceOperation operation, int size, int elements, int root) {
        return new CollectiveCase(kind, type, operation, size, elements, root, seed);
    }

    private static void check(CollectiveCase right, CollectiveCase wrong, int odd, Switchover switchover) {
        long before = MemoryPool.shared().blocksInUse();
        TestingTransfers transfers = new TestingTransfers(right.size(), right.seed() + odd);
        List<CollectiveCase.Part> parts = new ArrayList<>();
        List<CompletableFuture<Void>> next = new ArrayList<>();
        for (int rank = 0; rank < right.size(); rank++) {
            Collectives collectives = new Collectives(transfers.member(rank), new IssueOrder(), switchover);
            parts.add((rank == odd ? wrong : right).issue(transfers.member(rank), collectives));
            next.add(collectives.barrier());
        }
        transfers.runAll();
        String what = "rank " + odd + " called " + wrong + ", the others " + right;
        OrreryException broken = transfers.broken().orElseThrow(() -> new AssertionError(what));
        assertEquals("mismatch", broken.failure().orElseThrow().kind());
        String message = broken.getMessage();
        assertTrue(message.contains("member " + odd + " "), message);
        boolean namesRight = message.contains(right.kind().name());
        boolean namesWrong = message.contains(wrong.kind().name());
        // A member to which the other's operation has nothing to say can hear of that one's next first.
        boolean namesNext = message.contains("operation 1: BARRIER");
        assertTrue(namesNext ? namesRight || namesWrong : namesRight && namesWrong, message);
        // Some can have got all that they wait for before the others disagreed; what follows fails for everybody.
        parts.forEach(part -> assertTrue(part.results().isDone(), what));
        next.forEach(future -> assertSame(broken, failureOf(future)));
        assertSame(broken, failureOf(parts.get(odd).results()), what);
        parts.forEach(CollectiveCase.Part::closeAll);
        assertTrue(MemoryPool.shared().blocksInUse() <= before, what);
    }

    @Test
    void aMemberThatIsOneOperationAheadIsSeen() {
        TestingTransfers transfers = new TestingTransfers(2, seed);
        IssueOrder ahead = new IssueOrder();
        ahead.collective(number -> ahead.finished(() -> {}));
        List<CompletableFuture<Void>> barriers = List.of(
                new Collectives(transfers.member(0), ahead).barrier(),
                new Collectives(transfers.member(1), new IssueOrder()).barrier());
        transfers.runAll();
        OrreryException broken = transfers.broken().orElseThrow();
        assertTrue(broken.getMessage().contains("operation 1")
                && broken.getMessage().contains("operation 0"));
        barriers.forEach(barrier -> assertSame(broken, failureOf(barrier)));
    }

    @Test
    void aTensorThatIsSentWhereAStepIsExpectedIsSeen() {
        TestingTransfers transfers = new TestingTransfers(2, seed);
        CompletableFuture<Void> barrier = new Collectives(transfers.member(0), new IssueOrder()).barrier();
        try (Tensor tensor = Tensor.ofInts(new int[] {1}, 1)) {
            Envelope envelope = new Envelope.Sent(TensorHeader.of(tensor));
            transfers.member(1).send(0, new Outgoing(envelope, tensor.address(), tensor, new CompletableFuture<>()));
            transfers.runAll();
        }
        OrreryException broken = transfers.broken().orElseThrow();
        assertTrue(
                broken.getMessage().contains("BARRIER") && broken.getMessage().contains("send of INT32"));
        assertSame(broken, failureOf(barrier));
    }

    static Throwable failureOf(CompletableFuture<?> future) {
        assertTrue(future.isDone());
        return Assertions.assertThrows(CompletionException.class, future::join).getCause();
    }
}
