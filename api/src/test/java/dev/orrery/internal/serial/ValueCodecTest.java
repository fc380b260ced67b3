package dev.orrery.internal.serial;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.proto.Value;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ValueCodecTest {
    private final ValueCodec codec = new ValueCodec(new ForySerializer(ValueCodecTest.class.getClassLoader()));

    @Test
    void anObjectTravels() throws Exception {
        assertEquals(Map.of("a", List.of(1)), roundTrip(Map.of("a", List.of(1))));
    }

    @Test
    void nullTravels() throws Exception {
        assertNull(roundTrip(null));
        assertNull(codec.fromMessage("argument 1", Value.getDefaultInstance()));
    }

    @Test
    void aTensorTravelsAsItsBytes() throws Exception {
        try (Tensor tensor = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2)) {
            Value message = codec.toMessage("argument 1", tensor);

            assertEquals(Value.KindCase.TENSOR, message.getKindCase());
            assertEquals(16, message.getTensor().getData().size());
            try (Tensor copy = (Tensor) codec.fromMessage("argument 1", message)) {
                assertArrayEquals(new long[] {2, 2}, copy.shape());
                assertEquals(tensor.buffer(0, 16), copy.buffer(0, 16));
            }
        }
    }

    @Test
    void tensorsKeepNamesAndOrder() throws Exception {
        try (Tensors tensors = Tensors.builder()
                        .put("b", Tensor.ofStrings("x", "yy"))
                        .put("a", Tensor.ofLongs(new long[] {7}, 1))
                        .build();
                Tensors copy = (Tensors) roundTrip(tensors)) {
            assertEquals(List.of("b", "a"), List.copyOf(copy.names()));
        }
    }

    @Test
    void aTensorOfAnotherSizeThanItSaysIsRefused() {
        Value lie = Value.newBuilder()
                .setTensor(TensorData.newBuilder()
                        .setName("t")
                        .setDataType("FP32")
                        .addShape(1L << 40)
                        .setData(ByteString.copyFrom(new byte[4])))
                .build();

        OrreryException refusal = assertThrows(OrreryException.class, () -> codec.fromMessage("argument 1", lie));

        assertEquals(ErrorCode.TENSOR_MISMATCH, refusal.code());
    }

    @Test
    void whatCannotTravelIsNamed() {
        OrreryException refusal =
                assertThrows(OrreryException.class, () -> codec.toMessage("argument 2", new Thread("t")));

        assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
        assertTrue(refusal.getMessage().contains("argument 2, a java.lang.Thread"), refusal.getMessage());
    }

    private Object roundTrip(Object value) throws InvalidProtocolBufferException {
        Value message = Value.parseFrom(codec.toMessage("argument 1", value).toByteArray());
        return codec.fromMessage("argument 1", message);
    }
}
