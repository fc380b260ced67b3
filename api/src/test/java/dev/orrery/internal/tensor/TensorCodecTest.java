package dev.orrery.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.TensorException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorCodecTest {
    @Test
    void tensorsComeBackAsTheyWere() {
        Tensors sent = Tensors.builder()
                .put("text", Tensor.ofStrings("a", "ü"))
                .put("ids", Tensor.ofLongs(new long[] {1, 2}, 1, 2))
                .put("scalar", Tensor.ofFloats(new float[] {3}))
                .build();

        try (sent;
                Tensors received = TensorCodec.fromMessages(TensorCodec.toMessages(sent), 1_000)) {
            assertEquals(List.copyOf(sent.names()), List.copyOf(received.names()));
            assertEquals(List.of("a", "ü"), received.get("text").toStrings());
            assertArrayEquals(new long[] {1, 2}, received.get("ids").shape());
            assertArrayEquals(new float[] {3}, received.get("scalar").toFloats());
        }
    }

    @Test
    void refusesWhatDoesNotHoldAndKeepsNoMemory() {
        long before = MemoryPool.shared().blocksInUse();
        TensorData good = message("FP32", 4, 1);
        assertRefused(ErrorCode.TENSOR_MISMATCH, good, message("FP32", 5, 1));
        assertRefused(ErrorCode.TENSOR_MISMATCH, good, message("FLOAT", 4, 1));
        assertRefused(ErrorCode.TENSOR_MISMATCH, good, message("FP32", 4, -1));
        assertRefused(ErrorCode.TENSOR_MISMATCH, good, message("FP32", 4, Long.MAX_VALUE));
        assertRefused(ErrorCode.TENSOR_TOO_LARGE, good, message("FP32", 400, 100));
        assertEquals(before, MemoryPool.shared().blocksInUse());
    }

    private static void assertRefused(ErrorCode code, TensorData... messages) {
        TensorData second = messages[1].toBuilder().setName("second").build();
        TensorException refused =
                assertThrows(TensorException.class, () -> TensorCodec.fromMessages(List.of(messages[0], second), 100));
        assertEquals(code, refused.code());
    }

    private static TensorData message(String type, int bytes, long extent) {
        return TensorData.newBuilder()
                .setName("x")
                .setDataType(type)
                .addShape(extent)
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    @Test
    void specsComeBackAsTheyWere() {
        for (TensorSpec spec : List.of(
                TensorSpec.of("a", DataType.FP32, -1, 3),
                TensorSpec.of("scalar", DataType.FP32),
                TensorSpec.anyShape("b", DataType.BYTES))) {
            assertEquals(spec, TensorCodec.fromMessage(TensorCodec.toMessage(spec)));
        }
    }
}
