package dev.orrery.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorCodecTest {
    private static final long LIMIT = 1_000;
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
    void tensorsSurviveTheTrip() {
        try (Tensors sent = Tensors.builder()
                        .put("f", Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2))
                        .put("s", Tensor.ofStrings("a", "bc"))
                        .put("none", Tensor.ofLongs(new long[0], 0))
                        .build();
                Tensors received = TensorCodec.fromMessages(TensorCodec.toMessages(sent), LIMIT)) {
            assertEquals(List.copyOf(sent.names()), List.copyOf(received.names()));
            assertArrayEquals(new long[] {2, 2}, received.get("f").shape());
            assertArrayEquals(new float[] {1, 2, 3, 4}, received.get("f").toFloats());
            assertEquals(List.of("a", "bc"), received.get("s").toStrings());
            assertEquals(0, received.get("none").elements());
        }
    }

    @Test
    void headerHasEverythingButTheBytes() {
        try (Tensor tensor = Tensor.ofInts(new int[] {1, 2}, 2)) {
            TensorData header = TensorCodec.header("x", tensor);
            assertEquals(TensorCodec.full("x", tensor).toBuilder().clearData().build(), header);
            assertEquals(List.of(2L), header.getShapeList());
        }
    }

    @Test
    void whatDoesNotHoldIsRefusedAndNothingStaysAllocated() {
        assertRefused(ErrorCode.TENSOR_TOO_LARGE, "1001 bytes", message("INT8", 1_001, 1_001));
        assertRefused(ErrorCode.TENSOR_MISMATCH, "7 bytes where INT32[2] takes 8", message("INT32", 7, 2));
        assertRefused(ErrorCode.TENSOR_MISMATCH, "impossible shape", message("INT32", 4, 1L << 62));
        assertRefused(ErrorCode.TENSOR_MISMATCH, "impossible shape", message("INT32", 4, -1, -1));
        assertRefused(ErrorCode.TENSOR_MISMATCH, "unknown type 'COMPLEX'", message("COMPLEX", 4, 1));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "BYTES", message("BYTES", 4, 2));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "2^63", message("BYTES", 4, 1L << 62));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "negative", message("BYTES", 4, -1));
    }

    @Test
    void twoOfOneNameAreRefused() {
        TensorData twin = message("INT8", 2, 2);
        OrreryException failure =
                assertThrows(OrreryException.class, () -> TensorCodec.fromMessages(List.of(twin, twin), LIMIT));
        assertTrue(failure.getMessage().contains("two tensors are called 'x'"), failure.getMessage());
    }

    private static TensorData message(String type, int bytes, long... shape) {
        TensorData.Builder message =
                TensorData.newBuilder().setName("x").setDataType(type).setData(ByteString.copyFrom(new byte[bytes]));
        for (long extent : shape) {
            message.addShape(extent);
        }
        return message.build();
    }

    /** With a good tensor before it, which must be closed again. */
    private static void assertRefused(ErrorCode code, String part, TensorData message) {
        TensorData good = message("INT8", 2, 2).toBuilder().setName("good").build();
        OrreryException failure =
                assertThrows(OrreryException.class, () -> TensorCodec.fromMessages(List.of(good, message), LIMIT));
        assertEquals(code, failure.code(), failure.getMessage());
        assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }

    @Test
    void specsSurviveTheTrip() {
        List<TensorSpec> specs = List.of(
                TensorSpec.of("a", DataType.FP32, -1, 384),
                TensorSpec.of("scalar", DataType.FP32),
                TensorSpec.anyShape("b", DataType.BYTES),
                new TensorSpec("c", Optional.empty(), Optional.empty()));
        for (TensorSpec spec : specs) {
            assertEquals(spec, TensorCodec.fromMessage(TensorCodec.toMessage(spec)));
        }
    }
}
