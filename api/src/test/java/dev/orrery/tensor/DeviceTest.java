package dev.orrery.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceTest {
    private final TestingDevice device = new TestingDevice("cuda:0", 1 << 20);

    @Test
    void valuesComeBackAsTheyWent() {
        Tensor host = Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        try (Tensor there = device.copyOf(host);
                Tensor copied = there.copy();
                Tensor back = copied.toHost()) {
            assertEquals(Optional.of(device), there.device());
            assertEquals(Optional.of(device), copied.device());
            assertEquals(Optional.empty(), back.device());
            assertArrayEquals(new long[] {2, 3}, back.shape());
            assertArrayEquals(host.toFloats(), back.toFloats());
            assertEquals("FP32[2, 3] on cuda:0", there.toString());
        }
        assertEquals(0, device.bytesInUse());
    }

    @Test
    void textsTravelAsBytes() {
        try (Tensor there = device.copyOf(Tensor.ofStrings("a", "bc"))) {
            assertThrows(IllegalStateException.class, there::toStrings);
            assertEquals(List.of("a", "bc"), there.toHost().toStrings());
        }
    }

    @Test
    void theHostReadsAndWritesNoneOfItsValues() {
        try (Tensor there = device.allocate(DataType.INT32, 4)) {
            List<Runnable> accesses = List.of(
                    () -> there.getInt(0),
                    () -> there.setInt(0, 1),
                    there::toInts,
                    there::toBytes,
                    () -> there.buffer(0, 4));
            for (Runnable access : accesses) {
                IllegalStateException refused = assertThrows(IllegalStateException.class, access::run);
                assertTrue(refused.getMessage().contains("toHost()"), refused.getMessage());
            }
        }
    }

    @Test
    void memoryIsUsedAgainAndGivenBackOnDemand() {
        Tensor first = device.allocate(DataType.INT64, 1000);
        long address = first.address();
        first.close();
        Tensor second = device.allocate(DataType.INT64, 1000);
        assertEquals(address, second.address());
        second.close();
        assertTrue(device.trim() >= 8000);
        assertEquals(0, device.taken());
    }

    @Test
    void aFullDeviceSaysHowMuchWasAskedAndIsInUse() {
        try (Tensor most = device.allocate(DataType.UINT8, 700_000)) {
            OrreryException full = assertThrows(OrreryException.class, () -> device.allocate(DataType.UINT8, 600_000));
            assertEquals(ErrorCode.TENSOR_TOO_LARGE, full.code());
            assertTrue(full.getMessage().contains("cuda:0 has no room for a tensor UINT8[600000]"), full.getMessage());
            assertEquals(Optional.of(device), most.device());
        }
    }

    @Test
    void aCopyThatFailsLeavesNoMemory() {
        Tensor host = Tensor.ofInts(new int[] {1}, 1);
        device.breakDown();
        assertThrows(IllegalStateException.class, () -> device.copyOf(host));
        assertEquals(0, device.bytesInUse());
    }

    @Test
    void aTensorOfAnotherDeviceIsRefused() {
        TestingDevice other = new TestingDevice("cuda:1", 1 << 20);
        Tensor there = other.allocate(DataType.INT8, 4);
        OrreryException refused = assertThrows(OrreryException.class, () -> device.copyOf(there));
        assertEquals(ErrorCode.UNSUPPORTED, refused.code());
        assertSame(other, there.device().orElseThrow());
    }
}
