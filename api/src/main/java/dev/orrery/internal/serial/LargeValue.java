package dev.orrery.internal.serial;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.proto.TensorList;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value that is worth a file of its own: what it is, and its bytes, which are not copied here.
 *
 * @param header without the bytes
 * @param sections the bytes of the object, or of each tensor, in pieces
 */
record LargeValue(Value header, List<List<ByteBuffer>> sections, long bytes) {
    /** What is smaller travels in messages: a file costs more than copying that much. */
    static final long LEAST_BYTES = 128 << 10;

    private static final int PIECE_BYTES = 1 << 30;

    /** Of tensors, where they are on the host; empty for other values and small ones. */
    static Optional<LargeValue> of(Object value) {
        if (value instanceof Tensor tensor) {
            return ofTensors(List.of(tensor), () -> Value.newBuilder()
                    .setTensor(TensorCodec.header(ValueCodec.UNNAMED, tensor))
                    .build());
        }
        if (value instanceof Tensors tensors) {
            List<Tensor> all = new ArrayList<>();
            TensorList.Builder headers = TensorList.newBuilder();
            for (Map.Entry<String, Tensor> each : tensors) {
                all.add(each.getValue());
                headers.addTensors(TensorCodec.header(each.getKey(), each.getValue()));
            }
            return ofTensors(all, () -> Value.newBuilder().setTensors(headers).build());
        }
        return Optional.empty();
    }

    private static Optional<LargeValue> ofTensors(List<Tensor> tensors, Supplier<Value> header) {
        long bytes = tensors.stream().mapToLong(Tensor::byteSize).sum();
        if (bytes < LEAST_BYTES
                || tensors.stream().anyMatch(tensor -> tensor.device().isPresent())) {
            return Optional.empty();
        }
        return Optional.of(new LargeValue(
                header.get(), tensors.stream().map(LargeValue::pieces).toList(), bytes));
    }

    /** Views. */
    static List<ByteBuffer> pieces(Tensor tensor) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (long offset = 0; offset < tensor.byteSize(); offset += PIECE_BYTES) {
            pieces.add(tensor.buffer(offset, (int) Math.min(PIECE_BYTES, tensor.byteSize() - offset)));
        }
        return pieces;
    }

    /** Of a message with its bytes; empty for a small one. */
    static Optional<LargeValue> of(Value whole) {
        long bytes = whole.getSerializedSize();
        if (bytes < LEAST_BYTES) {
            return Optional.empty();
        }
        return switch (whole.getKindCase()) {
            case OBJECT ->
                Optional.of(new LargeValue(
                        Value.newBuilder().setObject(ByteString.EMPTY).build(),
                        List.of(whole.getObject().asReadOnlyByteBufferList()),
                        bytes));
            case TENSOR ->
                Optional.of(new LargeValue(
                        Value.newBuilder().setTensor(header(whole.getTensor())).build(),
                        List.of(whole.getTensor().getData().asReadOnlyByteBufferList()),
                        bytes));
            case TENSORS -> {
                List<TensorData> all = whole.getTensors().getTensorsList();
                yield Optional.of(new LargeValue(
                        Value.newBuilder()
                                .setTensors(TensorList.newBuilder()
                                        .addAllTensors(all.stream()
                                                .map(LargeValue::header)
                                                .toList()))
                                .build(),
                        all.stream()
                                .map(each -> each.getData().asReadOnlyByteBufferList())
                                .toList(),
                        bytes));
            }
            case NOTHING, STORED, KIND_NOT_SET -> Optional.empty();
        };
    }

    private static TensorData header(TensorData whole) {
        return whole.toBuilder().clearData().build();
    }
}
