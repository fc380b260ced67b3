package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.ReduceKernel.Ending;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kernel gives what a plain loop over single elements gives. */
final class ReduceKernelTest {
    /** More than one block of every type, and no multiple of a vector. */
    private static final int ELEMENTS = 2 * ReduceKernel.BLOCK_BYTES + 13;

    private static final int MEMBERS = 3;
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** Zeros of both signs, infinities, NaNs, subnormal and largest numbers. */
    private static final long[] SPECIAL = {
        0,
        1,
        -1,
        2,
        0x8000,
        0x7c00,
        0xfc00,
        0x7e00,
        0x7c01,
        0x03ff,
        0x0400,
        0x7bff,
        0x7f80,
        0xff80,
        0x7fc1,
        0x7f7f,
        0x80,
        0x80000000L,
        0x7f800000L,
        0xff800000L,
        0x7fc00000L,
        0xffc00001L,
        0x7f7fffffL,
        0x00800000L,
        0x007fffffL,
        0x8000000000000000L,
        0x7ff0000000000000L,
        0xfff0000000000000L,
        0x7ff8000000000001L,
        0x7fefffffffffffffL,
        0x7fffffffffffffffL,
        0x0010000000000000L,
        0x000fffffffffffffL
    };

    @ParameterizedTest
    @EnumSource(DataType.class)
    void combinesAsAPlainLoopDoes(DataType type) {
        System.out.println("seed " + seed);
        for (ReduceOperation operation : ReduceOperation.values()) {
            ReduceKernels.of(type, operation).ifPresent(kernel -> {
                Reduction reduction = new Reduction(kernel, operation, MEMBERS);
                for (Ending ending : new Ending[] {Ending.NONE, reduction.last(), reduction.lastAlike()}) {
                    try (Tensor first = values(type);
                            Tensor second = values(type)) {
                        check(type, reduction, ending, first, second);
                    }
                }
            });
        }
    }

    private Tensor values(DataType type) {
        Tensor tensor = Tensor.allocate(type, ELEMENTS);
        for (int i = 0; i < ELEMENTS; i++) {
            long value = random.nextInt(4) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextLong();
            TestingElements.writeInteger(type, tensor.address() + (long) i * type.size(), value);
        }
        return tensor;
    }

    private static void check(DataType type, Reduction reduction, Ending ending, Tensor first, Tensor second) {
        try (Tensor actual = Tensor.allocate(type, ELEMENTS);
                Tensor inPlace = second.copy();
                Tensor expected = Tensor.allocate(type, ELEMENTS)) {
            reduction.combine(first.address(), second.address(), actual.address(), actual.byteSize(), ending);
            reduction.combine(first.address(), inPlace.address(), inPlace.address(), actual.byteSize(), ending);
            for (int i = 0; i < ELEMENTS; i++) {
                long offset = (long) i * type.size();
                long at = expected.address() + offset;
                TestingElements.combine(
                        type, reduction.operation(), first.address() + offset, second.address() + offset, at);
                if (ending.divides()) {
                    TestingElements.divide(type, at, MEMBERS);
                }
                String what = type + " " + reduction.operation() + " " + ending + " of element " + i;
                same(type, ending, at, actual.address() + offset, what);
                same(type, ending, at, inPlace.address() + offset, what);
            }
        }
    }

    private static void same(DataType type, Ending ending, long expected, long actual, String what) {
        if (TestingElements.isFloating(type) && !ending.isAlike()) {
            double value = TestingElements.readFloating(type, expected);
            if (Double.isNaN(value)) {
                assertTrue(Double.isNaN(TestingElements.readFloating(type, actual)), what);
                return;
            }
        }
        for (int i = 0; i < type.size(); i++) {
            if (NativeMemory.getByte(expected + i) != NativeMemory.getByte(actual + i)) {
                throw new AssertionError(what + ": expected " + bits(type, expected) + ", not " + bits(type, actual));
            }
        }
    }

    private static String bits(DataType type, long at) {
        long bits = 0;
        for (int i = type.size() - 1; i >= 0; i--) {
            bits = (bits << 8) | (NativeMemory.getByte(at + i) & 0xff);
        }
        return Long.toHexString(bits);
    }

    /** Each of the numbers of the format, with itself and with another. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FP16", "BF16"})
    void everyHalfIsWidenedAndRounded(DataType type) {
        int count = 1 << 16;
        Reduction sum =
                new Reduction(ReduceKernels.of(type, ReduceOperation.SUM).orElseThrow(), ReduceOperation.SUM, 1);
        try (Tensor all = Tensor.allocate(type, count);
                Tensor other = Tensor.allocate(type, count);
                Tensor result = Tensor.allocate(type, count);
                Tensor expected = Tensor.allocate(type, 1)) {
            for (int i = 0; i < count; i++) {
                NativeMemory.putShort(all.address() + 2L * i, (short) i);
                NativeMemory.putShort(other.address() + 2L * i, (short) (i * 40503));
            }
            for (Tensor second : new Tensor[] {all, other}) {
                sum.combine(all.address(), second.address(), result.address(), result.byteSize(), Ending.NONE);
                for (long i = 0; i < count; i++) {
                    TestingElements.combine(
                            type,
                            ReduceOperation.SUM,
                            all.address() + 2 * i,
                            second.address() + 2 * i,
                            expected.address());
                    assertEquals(
                            Integer.toHexString(expected.getShort(0) & 0xffff),
                            Integer.toHexString(result.getShort(i) & 0xffff));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void takesMessagesThatAreCutAnywhere(DataType type) {
        System.out.println("seed " + seed);
        long before = MemoryPool.shared().blocksInUse();
        ReduceKernels.of(type, ReduceOperation.MAX).ifPresent(kernel -> {
            Reduction reduction = new Reduction(kernel, ReduceOperation.MAX, MEMBERS);
            try (Tensor own = values(type);
                    Tensor received = values(type);
                    Tensor whole = Tensor.allocate(type, ELEMENTS)) {
                reduction.combine(received.address(), own.address(), whole.address(), whole.byteSize(), Ending.ALIKE);
                try (ReduceLanding landing = reduction.receivedFirst(own.address(), own.address(), Ending.ALIKE)) {
                    long offset = 0;
                    while (offset < received.byteSize()) {
                        long length = Math.min(random.nextInt(20), received.byteSize() - offset);
                        landing.take(received.address() + offset, offset, length);
                        offset += length;
                    }
                }
                assertEquals(-1, Arrays.mismatch(whole.toBytes(), own.toBytes()));
            }
        });
        assertTrue(MemoryPool.shared().blocksInUse() <= before);
    }

    @Test
    void whatCannotBeCombinedHasNoKernel() {
        for (ReduceOperation operation : ReduceOperation.values()) {
            assertTrue(ReduceKernels.of(DataType.BYTES, operation).isEmpty());
            assertEquals(
                    operation != ReduceOperation.AVG,
                    ReduceKernels.of(DataType.BOOL, operation).isPresent());
        }
    }
}
