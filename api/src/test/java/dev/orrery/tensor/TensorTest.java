package dev.orrery.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.TensorException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TensorTest {
    private long blocksBefore;

    @BeforeEach
    void countBlocks() {
        blocksBefore = MemoryPool.shared().blocksInUse();
    }

    @AfterEach
    void nothingLeaks() {
        // Fewer, when the garbage collector comes by what another test has forgotten.
        assertTrue(MemoryPool.shared().blocksInUse() <= blocksBefore);
    }

    @Test
    void valuesComeBackAsTheyWent() {
        try (Tensor floats = Tensor.ofFloats(new float[] {1.5f, -2, Float.NaN, 0}, 2, 2);
                Tensor doubles = Tensor.ofDoubles(new double[] {Math.PI}, 1);
                Tensor ints = Tensor.ofInts(new int[] {Integer.MIN_VALUE, 7}, 2);
                Tensor longs = Tensor.ofLongs(new long[] {Long.MIN_VALUE, 7, 8}, 1, 3);
                Tensor bytes = Tensor.ofUint8(new byte[] {1, -1}, 2);
                Tensor booleans = Tensor.ofBooleans(new boolean[] {true, false, true}, 3)) {
            assertArrayEquals(new float[] {1.5f, -2, Float.NaN, 0}, floats.toFloats());
            assertArrayEquals(new double[] {Math.PI}, doubles.toDoubles());
            assertArrayEquals(new int[] {Integer.MIN_VALUE, 7}, ints.toInts());
            assertArrayEquals(new long[] {Long.MIN_VALUE, 7, 8}, longs.toLongs());
            assertArrayEquals(new byte[] {1, -1}, bytes.toBytes());
            assertArrayEquals(new boolean[] {true, false, true}, booleans.toBooleans());
            assertEquals(DataType.BOOL, booleans.dataType());
            assertArrayEquals(new long[] {2, 2}, floats.shape());
            assertEquals(4, floats.elements());
            assertEquals(16, floats.byteSize());
        }
    }

    @Test
    void bytesAreLittleEndianAndRowMajor() {
        try (Tensor ints = Tensor.ofInts(new int[] {0x01020304, 5}, 2, 1)) {
            assertArrayEquals(new byte[] {4, 3, 2, 1, 5, 0, 0, 0}, ints.toBytes());
        }
    }

    @Test
    void elementsAreReadAndWrittenInPlace() {
        try (Tensor floats = Tensor.allocateZeroed(DataType.FP32, 3);
                Tensor doubles = Tensor.allocateZeroed(DataType.FP64, 2);
                Tensor halves = Tensor.allocateZeroed(DataType.FP16, 2);
                Tensor bytes = Tensor.allocateZeroed(DataType.INT8, 2);
                Tensor longs = Tensor.allocateZeroed(DataType.INT64, 2);
                Tensor ints = Tensor.allocateZeroed(DataType.INT32, 2)) {
            floats.setFloat(1, 2.5f);
            doubles.setDouble(1, -3.25);
            halves.setShort(1, (short) -4);
            bytes.setByte(1, (byte) -5);
            longs.setLong(1, -6);
            ints.setInt(1, -7);
            assertArrayEquals(new float[] {0, 2.5f, 0}, floats.toFloats());
            assertEquals(2.5f, floats.getFloat(1));
            assertEquals(-3.25, doubles.getDouble(1));
            assertEquals(-4, halves.getShort(1));
            assertEquals(-5, bytes.getByte(1));
            assertEquals(-6, longs.getLong(1));
            assertEquals(-7, ints.getInt(1));
            assertEquals(0, ints.getInt(0));
        }
    }

    @Test
    void elementAccessIsBounded() {
        try (Tensor tensor = Tensor.ofInts(new int[] {1, 2}, 2)) {
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.getInt(2));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.getInt(-1));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.setInt(Long.MAX_VALUE, 1));
            assertThrows(IllegalStateException.class, () -> tensor.getLong(0));
            assertThrows(IllegalStateException.class, tensor::toFloats);
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.buffer(1, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.buffer(-1, 2));
        }
    }

    @Test
    void shapesMustHoldTheValues() {
        assertRefused("3 values do not fill shape [2, 2]", () -> Tensor.ofFloats(new float[3], 2, 2));
        assertRefused("negative", () -> Tensor.allocate(DataType.INT8, 2, -1));
        assertRefused("more than 2^63 elements", () -> Tensor.allocate(DataType.INT8, 1L << 32, 1L << 32));
        assertRefused("more than 2^63 bytes", () -> Tensor.allocate(DataType.INT64, 1L << 61));
        assertRefused("no fixed size", () -> Tensor.allocate(DataType.BYTES, 2));
        assertRefused("1 values do not fill shape [2]", () -> Tensor.ofByteStrings(List.of(new byte[1]), 2));
        assertRefused("more than 7 bytes", () -> Tensor.allocateBytes(7, 2));
        assertRefused("2^63", () -> Tensor.allocateBytes(8, 1L << 62));
    }

    private static void assertRefused(String part, Executable allocation) {
        String message =
                assertThrows(InvalidArgumentException.class, allocation).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void scalarsAndEmptyTensorsAreTensors() {
        try (Tensor scalar = Tensor.ofFloats(new float[] {3});
                Tensor empty = Tensor.ofLongs(new long[0], 0, 5)) {
            assertEquals(1, scalar.elements());
            assertEquals(3, scalar.getFloat(0));
            assertEquals(0, empty.byteSize());
            assertEquals(0, empty.toLongs().length);
            assertEquals(0, empty.buffer(0, 0).remaining());
            assertThrows(IndexOutOfBoundsException.class, () -> empty.getLong(0));
        }
    }

    @Test
    void shapeCannotBeChangedFromOutside() {
        long[] shape = {2};
        try (Tensor tensor = Tensor.ofInts(new int[2], shape)) {
            shape[0] = 9;
            tensor.shape()[0] = 9;
            assertArrayEquals(new long[] {2}, tensor.shape());
        }
    }

    @Test
    void stringsAreUtf8WithTheirLengths() {
        try (Tensor tensor = Tensor.ofStrings("", "ä", "hello")) {
            assertEquals(DataType.BYTES, tensor.dataType());
            assertArrayEquals(new long[] {3}, tensor.shape());
            assertEquals(3 * 4 + 2 + 5, tensor.byteSize());
            assertEquals(List.of("", "ä", "hello"), tensor.toStrings());
            assertArrayEquals(
                    "hello".getBytes(StandardCharsets.UTF_8),
                    tensor.toByteStrings().get(2));
        }
    }

    @Test
    void stringsMayBeLong() {
        String text = "grüße ".repeat(20_000);
        try (Tensor tensor = Tensor.ofStrings(text, "x")) {
            assertEquals(List.of(text, "x"), tensor.toStrings());
        }
    }

    @Test
    void brokenByteStringsAreRefused() {
        try (Tensor tooLong = Tensor.allocateBytes(8, 1);
                Tensor noRoomForALength = Tensor.allocateBytes(9, 2)) {
            tooLong.buffer(0, 8).putInt(5).putInt(0);
            assertThrows(TensorException.class, tooLong::toStrings);
            tooLong.buffer(0, 8).putInt(-1).putInt(0);
            assertThrows(TensorException.class, tooLong::toByteStrings);
            noRoomForALength.buffer(0, 9).putInt(3).putInt(0);
            assertThrows(TensorException.class, noRoomForALength::toStrings);
        }
    }

    @Test
    void viewSharesTheMemory() {
        try (Tensor tensor = Tensor.ofInts(new int[] {1, 2, 3}, 3)) {
            ByteBuffer view = tensor.buffer(4, 8);
            assertTrue(view.isDirect());
            assertEquals(ByteOrder.LITTLE_ENDIAN, view.order());
            assertEquals(8, view.remaining());
            assertEquals(2, view.getInt(0));
            view.putInt(4, 9);
            assertArrayEquals(new int[] {1, 2, 9}, tensor.toInts());
        }
    }

    @Test
    void copyIsItsOwn() {
        Tensor original = Tensor.ofInts(new int[] {1, 2}, 2);
        try (Tensor copy = original.copy()) {
            original.setInt(0, 5);
            original.close();
            assertArrayEquals(new int[] {1, 2}, copy.toInts());
        }
    }

    @Test
    void closedTensorRefusesEveryUse() {
        Tensor tensor = Tensor.ofInts(new int[] {1, 2}, 2);
        assertFalse(tensor.isClosed());
        tensor.close();
        tensor.close();
        assertTrue(tensor.isClosed());
        List<Executable> uses = List.of(
                tensor::address,
                () -> tensor.getInt(0),
                () -> tensor.setInt(0, 1),
                tensor::toInts,
                tensor::toBytes,
                () -> tensor.buffer(0, 1),
                tensor::copy);
        uses.forEach(use -> assertThrows(IllegalStateException.class, use));
    }

    @Test
    void memoryIsAlignedForNativeLibraries() {
        for (int elements = 1; elements < 100; elements += 7) {
            try (Tensor tensor = Tensor.allocate(DataType.INT8, elements)) {
                assertEquals(0, tensor.address() % 64);
            }
        }
    }

    @Test
    void offsetsGoBeyondTwoGibibytes() {
        long bytes = (1L << 31) + 100;
        // Only the pages that are touched take memory.
        try (Tensor tensor = Tensor.allocateLazily(DataType.UINT8, bytes, bytes)) {
            tensor.setByte(0, (byte) 1);
            tensor.setByte(bytes - 1, (byte) 2);
            tensor.setByte(1L << 31, (byte) 3);
            assertEquals(1, tensor.getByte(0));
            assertEquals(2, tensor.buffer(bytes - 1, 1).get());
            assertEquals(3, tensor.getByte(1L << 31));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.getByte(bytes));
            assertThrows(ArithmeticException.class, tensor::toBytes);
        }
    }

    @Test
    void memoryIsTakenWhenATensorIsAllocatedOrLaterWhenThatIsWished() throws IOException {
        long bytes = 100L << 20;
        long before = residentBytes();
        try (Tensor lazy = Tensor.allocateLazily(DataType.UINT8, bytes, bytes)) {
            assertTrue(residentBytes() - before < bytes / 2, "it was taken at once");
            before = residentBytes();
            try (Tensor tensor = Tensor.allocate(DataType.UINT8, bytes)) {
                assertTrue(residentBytes() - before > bytes * 9 / 10, "it was not taken");
                assertNotEquals(0, tensor.address());
            }
            assertNotEquals(0, lazy.address());
        }
    }

    @Test
    void preparedMemoryIsUsedByWhatIsAllocatedNext() throws IOException {
        long bytes = 90L << 20;
        Tensor.prepare(2, DataType.UINT8, bytes);
        long before = residentBytes();
        try (Tensor first = Tensor.allocateLazily(DataType.UINT8, bytes, bytes);
                Tensor second = Tensor.allocateLazily(DataType.UINT8, bytes, bytes)) {
            NativeMemory.zero(first.address(), bytes);
            NativeMemory.zero(second.address(), bytes);
            assertTrue(residentBytes() - before < bytes / 2, "fresh memory was used");
        }
    }

    @Test
    void moreThanIsKeptCannotBePrepared() {
        OrreryException error = assertThrows(OrreryException.class, () -> Tensor.prepare(6, DataType.FP32, 25L << 20));
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertTrue(error.getMessage().contains("6 blocks"), error.getMessage());
        assertThrows(OrreryException.class, () -> Tensor.prepare(1, DataType.FP64, 1L << 26));
    }

    @Test
    void aLazyTensorMustHaveTheSizeOfItsShape() {
        assertThrows(OrreryException.class, () -> Tensor.allocateLazily(DataType.FP32, 15, 2, 2));
        assertThrows(OrreryException.class, () -> Tensor.allocateLazily(DataType.BYTES, 15, 2, 2));
        try (Tensor strings = Tensor.allocateLazily(DataType.BYTES, 20, 2, 2)) {
            assertEquals(20, strings.byteSize());
        }
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    @Test
    void forgottenTensorIsReleasedOnceNothingSeesIt() {
        WeakReference<Tensor> forgotten = new WeakReference<>(Tensor.ofInts(new int[] {1}, 1));
        collect(() -> forgotten.refersTo(null) && MemoryPool.shared().blocksInUse() <= blocksBefore);
    }

    @Test
    void viewKeepsItsTensorAlive() {
        Tensor tensor = Tensor.ofInts(new int[] {42}, 1);
        WeakReference<Tensor> seen = new WeakReference<>(tensor);
        ByteBuffer view = tensor.buffer(0, 4);
        tensor = null;
        WeakReference<Object> bait = new WeakReference<>(new Object());
        collect(() -> bait.refersTo(null));
        assertFalse(seen.refersTo(null));
        assertEquals(42, view.getInt(0));
        view = null;
        collect(() -> seen.refersTo(null) && MemoryPool.shared().blocksInUse() <= blocksBefore);
    }

    /** Collects garbage until it is so. */
    private static void collect(BooleanSupplier gone) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!gone.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it was not collected");
            System.gc();
            Thread.onSpinWait();
        }
    }
}
