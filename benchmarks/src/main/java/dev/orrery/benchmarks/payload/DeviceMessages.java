package dev.orrery.benchmarks.payload;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A few messages that differ in every word, on the host and on a device, sent in turn. To number each one would cost a copy;
 * so the last ones that arrive are compared word by word.
 */
public final class DeviceMessages implements AutoCloseable {
    /** How many different ones there are. */
    public static final int COUNT = 4;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long bytes;
    private final List<Tensor> onHost = new ArrayList<>();
    private final List<Tensor> onDevice = new ArrayList<>();

    /** @param bytes a multiple of 8 */
    public DeviceMessages(Device device, long bytes) {
        this.bytes = bytes;
        for (int which = 0; which < COUNT; which++) {
            Tensor pattern = pattern(which, bytes / Long.BYTES);
            onHost.add(pattern);
            onDevice.add(device.copyOf(pattern));
        }
    }

    private static Tensor pattern(int which, long words) {
        Tensor tensor = Tensor.allocate(DataType.INT64, words);
        for (long i = 0; i < words; i++) {
            tensor.setLong(i, (which + 1) * MULTIPLIER + i);
        }
        return tensor;
    }

    public long bytes() {
        return bytes;
    }

    /** To be sent; stays this object's. */
    public Tensor placed(long number) {
        return onDevice.get((int) (number % COUNT));
    }

    public void check(long number, Tensor received) {
        try (Tensor home = received.toHost()) {
            Tensor expected = onHost.get((int) (number % COUNT));
            int size = Math.toIntExact(bytes);
            boolean fits = home.byteSize() == bytes;
            int differs = fits ? expected.buffer(0, size).mismatch(home.buffer(0, size)) : 0;
            if (differs >= 0) {
                throw new WrongDataException("message %d, of %d bytes, is wrong at byte %d of %d"
                        .formatted(number, home.byteSize(), differs, bytes));
            }
        }
    }

    @Override
    public void close() {
        onHost.forEach(Tensor::close);
        onDevice.forEach(Tensor::close);
    }
}
