package dev.orrery.nccl.world;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.nio.ByteBuffer;

/** Tensors whose contents can be told apart. */
final class TestingTensors {
    private static final int STRIDE = 4096;

    private TestingTensors() {}

    /** INT64 values; each page begins with its offset and the seed. */
    static Tensor marked(long byteSize, long seed) {
        Tensor tensor = Tensor.allocate(DataType.INT64, byteSize / Long.BYTES);
        for (long at = 0; at < byteSize / Long.BYTES; at += STRIDE / Long.BYTES) {
            tensor.setLong(at, at * 31 + seed);
        }
        tensor.setLong(byteSize / Long.BYTES - 1, ~seed);
        return tensor;
    }

    static boolean isMarked(Tensor tensor, long byteSize, long seed) {
        long last = byteSize / Long.BYTES - 1;
        if (tensor.byteSize() != byteSize || tensor.getLong(last) != ~seed) {
            return false;
        }
        for (long at = 0; at < last; at += STRIDE / Long.BYTES) {
            if (tensor.getLong(at) != at * 31 + seed) {
                return false;
            }
        }
        return true;
    }

    static Tensor number(int value) {
        return Tensor.ofInts(new int[] {value}, 1);
    }

    static int number(Tensor tensor) {
        try (tensor) {
            return tensor.getInt(0);
        }
    }

    /** Some bytes of that type, counting upwards. */
    static Tensor counting(DataType type, long... shape) {
        Tensor tensor = Tensor.allocate(type, shape);
        ByteBuffer bytes = tensor.buffer(0, (int) tensor.byteSize());
        for (int i = 0; bytes.hasRemaining(); i++) {
            bytes.put((byte) i);
        }
        return tensor;
    }
}
