package dev.orrery.internal.tensor;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tensors to messages and back. What comes from a peer is checked before memory is allocated for it. */
public final class TensorCodec {
    private TensorCodec() {}

    /** Name, type and shape; the bytes travel by themselves. */
    public static TensorData header(String name, Tensor tensor) {
        return describe(name, tensor).build();
    }

    /** With the bytes, copied; from a device as well. */
    public static TensorData full(String name, Tensor tensor) {
        if (tensor.device().isPresent()) {
            try (Tensor onHost = tensor.toHost()) {
                return full(name, onHost);
            }
        }
        return describe(name, tensor)
                .setData(ByteString.copyFrom(tensor.buffer(0, Math.toIntExact(tensor.byteSize()))))
                .build();
    }

    private static TensorData.Builder describe(String name, Tensor tensor) {
        TensorData.Builder message = TensorData.newBuilder()
                .setName(name)
                .setDataType(tensor.dataType().name());
        for (long extent : tensor.shape()) {
            message.addShape(extent);
        }
        return message;
    }

    public static List<TensorData> toMessages(Tensors tensors) {
        List<TensorData> messages = new ArrayList<>(tensors.size());
        for (Map.Entry<String, Tensor> tensor : tensors) {
            if (tensor.getValue().byteSize() > Integer.MAX_VALUE / 2) {
                throw tooLarge(tensor.getKey(), tensor.getValue().byteSize(), Integer.MAX_VALUE / 2);
            }
            messages.add(full(tensor.getKey(), tensor.getValue()));
        }
        return messages;
    }

    /** Copies the bytes off-heap. Throws TENSOR_TOO_LARGE or TENSOR_MISMATCH; then nothing stays allocated. */
    public static Tensors fromMessages(List<TensorData> messages, long maxTensorBytes) {
        Tensors.Builder tensors = Tensors.builder();
        List<Tensor> made = new ArrayList<>();
        try {
            for (TensorData message : messages) {
                Tensor tensor = fromMessage(message, maxTensorBytes);
                made.add(tensor);
                tensors.put(message.getName(), tensor);
            }
            return tensors.build();
        } catch (OrreryException e) {
            made.forEach(Tensor::close);
            throw e;
        }
    }

    private static Tensor fromMessage(TensorData message, long maxTensorBytes) {
        DataType type = dataType(message);
        long[] shape = shape(message);
        int size = message.getData().size();
        if (size > maxTensorBytes) {
            throw tooLarge(message.getName(), size, maxTensorBytes);
        }
        long expected = type.fixedSize() ? byteSize(message, type, shape) : size;
        if (expected != size) {
            throw OrreryException.of(
                    ErrorCode.TENSOR_MISMATCH,
                    "tensor '" + message.getName() + "' has " + size + " bytes where " + type + Arrays.toString(shape)
                            + " takes " + expected);
        }
        Tensor tensor = type.fixedSize() ? Tensor.allocate(type, shape) : Tensor.allocateBytes(size, shape);
        message.getData().copyTo(tensor.buffer(0, size));
        return tensor;
    }

    private static long byteSize(TensorData message, DataType type, long... shape) {
        long bytes = type.size();
        try {
            for (long extent : shape) {
                if (extent < 0) {
                    throw new ArithmeticException("negative");
                }
                bytes = Math.multiplyExact(bytes, extent);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw OrreryException.of(
                    ErrorCode.TENSOR_MISMATCH,
                    "tensor '" + message.getName() + "' has the impossible shape " + Arrays.toString(shape),
                    e);
        }
    }

    public static long[] shape(TensorData message) {
        return message.getShapeList().stream().mapToLong(Long::longValue).toArray();
    }

    /** Throws TENSOR_MISMATCH for one that is not known. */
    public static DataType dataType(TensorData message) {
        try {
            return DataType.valueOf(message.getDataType());
        } catch (IllegalArgumentException e) {
            throw OrreryException.of(
                    ErrorCode.TENSOR_MISMATCH,
                    "tensor '" + message.getName() + "' is of the unknown type '" + message.getDataType() + "'",
                    e);
        }
    }

    private static OrreryException tooLarge(String name, long bytes, long limit) {
        return OrreryException.of(
                ErrorCode.TENSOR_TOO_LARGE,
                "tensor '" + name + "' has " + bytes + " bytes, where at most " + limit + " are allowed");
    }

    public static dev.orrery.internal.proto.TensorSpec toMessage(TensorSpec spec) {
        dev.orrery.internal.proto.TensorSpec.Builder message =
                dev.orrery.internal.proto.TensorSpec.newBuilder().setName(spec.name());
        spec.dataType().ifPresent(type -> message.setDataType(type.name()));
        spec.shape().ifPresentOrElse(message::addAllShape, () -> message.setAnyShape(true));
        return message.build();
    }

    public static TensorSpec fromMessage(dev.orrery.internal.proto.TensorSpec message) {
        return new TensorSpec(
                message.getName(),
                message.getDataType().isEmpty()
                        ? Optional.empty()
                        : Optional.of(DataType.valueOf(message.getDataType())),
                message.getAnyShape() ? Optional.empty() : Optional.of(message.getShapeList()));
    }
}
