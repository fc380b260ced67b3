package dev.orrery.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.TensorException;
import dev.orrery.internal.memory.MemoryPool;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void keepsValuesOfEachArrayType() {
        try (Tensor floats = Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
                Tensor doubles = Tensor.ofDoubles(new double[] {1.5, -2}, 2);
                Tensor ints = Tensor.ofInts(new int[] {7, -8}, 2);
                Tensor longs = Tensor.ofLongs(new long[] {Long.MIN_VALUE}, 1);
                Tensor bytes = Tensor.ofUint8(new byte[] {1, -1}, 2)) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, floats.toFloats());
            assertArrayEquals(new double[] {1.5, -2}, doubles.toDoubles());
            assertArrayEquals(new int[] {7, -8}, ints.toInts());
            assertArrayEquals(new long[] {Long.MIN_VALUE}, longs.toLongs());
            assertArrayEquals(new byte[] {1, -1}, bytes.toBytes());
            assertEquals(24, floats.byteSize());
            assertArrayEquals(new long[] {2, 3}, floats.shape());
        }
    }

    @Test
    void readsAndWritesElements() {
        try (Tensor tensor = Tensor.allocateZeroed(DataType.FP64, 3)) {
            tensor.setDouble(2, 4.25);
            assertEquals(4.25, tensor.getDouble(2));
            assertEquals(0.0, tensor.getDouble(0));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.getDouble(3));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.setDouble(-1, 1));
            assertThrows(IllegalStateException.class, () -> tensor.getInt(0));
        }
    }

    @Test
    void keepsStringsOfAnyLength() {
        try (Tensor tensor = Tensor.ofStrings("", "grüße", "x".repeat(100_000))) {
            assertEquals(List.of("", "grüße", "x".repeat(100_000)), tensor.toStrings());
            assertEquals(DataType.BYTES, tensor.dataType());
            assertArrayEquals(new long[] {3}, tensor.shape());
        }
    }

    @Test
    void refusesByteStringsThatEndBeyondTheTensor() {
        try (Tensor tensor = Tensor.allocateBytes(8, 1)) {
            tensor.buffer(0, 4).putInt(5);
            assertThrows(TensorException.class, tensor::toByteStrings);
        }
    }

    @Test
    void refusesShapesThatDoNotHold() {
        assertThrows(InvalidArgumentException.class, () -> Tensor.ofFloats(new float[3], 2));
        assertThrows(InvalidArgumentException.class, () -> Tensor.allocate(DataType.FP32, -1));
        assertThrows(InvalidArgumentException.class, () -> Tensor.allocate(DataType.FP32, Long.MAX_VALUE, 3));
        assertThrows(InvalidArgumentException.class, () -> Tensor.allocate(DataType.BYTES, 3));
    }

    @Test
    void isNotUsedAfterItWasClosed() {
        Tensor tensor = Tensor.ofInts(new int[] {1}, 1);
        tensor.close();
        tensor.close();
        assertTrue(tensor.isClosed());
        assertThrows(IllegalStateException.class, () -> tensor.getInt(0));
        assertThrows(IllegalStateException.class, tensor::toInts);
    }

    @Test
    void addressesMoreThanTwoGigabytes() {
        long elements = (1L << 31) + 10;
        try (Tensor tensor = Tensor.allocate(DataType.UINT8, elements)) {
            tensor.setByte(0, (byte) 1);
            tensor.setByte(elements - 1, (byte) 2);
            assertEquals(1, tensor.getByte(0));
            assertEquals(2, tensor.buffer(elements - 1, 1).get(0));
        }
    }

    @Test
    void givesItsMemoryBack() {
        long before = MemoryPool.shared().bytesInUse();
        Tensor tensor = Tensor.allocate(DataType.FP32, 1_000);
        assertTrue(MemoryPool.shared().bytesInUse() > before);
        tensor.close();
        assertEquals(before, MemoryPool.shared().bytesInUse());
    }

    @Test
    void copiesAreIndependent() {
        try (Tensor first = Tensor.ofInts(new int[] {1}, 1);
                Tensor second = first.copy()) {
            second.setInt(0, 2);
            assertEquals(1, first.getInt(0));
        }
    }
}
