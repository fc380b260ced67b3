package dev.orrery.tensor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.NativeMemory;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements of BYTES tensors: each a little-endian u32 length and that many bytes. */
final class ByteStrings {
    private ByteStrings() {}

    static List<byte[]> utf8(String... texts) {
        return Arrays.stream(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    static Tensor encode(List<byte[]> values, long... shape) {
        if (Shapes.elements(shape) != values.size()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, values.size() + " values do not fill shape " + Arrays.toString(shape));
        }
        long size = values.stream()
                .mapToLong(value -> Integer.BYTES + (long) value.length)
                .sum();
        Tensor tensor = Tensor.allocateBytes(size, shape);
        long at = tensor.address();
        for (byte[] value : values) {
            NativeMemory.putInt(at, value.length);
            NativeMemory.copyFromArray(value, 0, at + Integer.BYTES, value.length);
            at += Integer.BYTES + value.length;
        }
        return tensor;
    }

    static List<byte[]> decode(Tensor tensor) {
        if (tensor.dataType() != DataType.BYTES) {
            throw new IllegalStateException("this tensor is of " + tensor.dataType() + ", not BYTES");
        }
        if (tensor.device().isPresent()) {
            throw new IllegalStateException("this tensor lies on a device; use a copy of toHost(): " + tensor);
        }
        try {
            return read(tensor);
        } finally {
            Reference.reachabilityFence(tensor);
        }
    }

    private static List<byte[]> read(Tensor tensor) {
        List<byte[]> values = new ArrayList<>();
        long at = tensor.address();
        long end = at + tensor.byteSize();
        for (long i = 0; i < tensor.elements(); i++) {
            long length = end - at < Integer.BYTES ? -1 : NativeMemory.getInt(at) & 0xFFFF_FFFFL;
            if (length < 0 || length > end - at - Integer.BYTES) {
                throw OrreryException.of(
                        ErrorCode.TENSOR_MISMATCH, "element " + i + " of a BYTES tensor is longer than the tensor");
            }
            byte[] value = new byte[Math.toIntExact(length)];
            NativeMemory.copyToArray(at + Integer.BYTES, value, 0, length);
            values.add(value);
            at += Integer.BYTES + length;
        }
        return values;
    }

    static List<String> strings(Tensor tensor) {
        return decode(tensor).stream()
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }
}
