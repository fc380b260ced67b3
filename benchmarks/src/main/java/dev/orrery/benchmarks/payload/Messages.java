package dev.orrery.benchmarks.payload;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers for the messages of one sender, on either side, used in turn. A message is words that depend on its sender;
 * where each outstanding operation has a buffer of its own, the first and the last word hold the message's number.
 */
public final class Messages implements AutoCloseable {
    private static final long MOST_BUFFER_BYTES = 256L << 20;
    private static final int LEAST_BUFFERS = 4;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int WORD = Long.BYTES;

    private final int sender;
    private final long words;
    private final boolean numbered;
    private final Tensor pattern;
    private final List<Tensor> buffers;

    private Messages(int sender, long bytes, int outstanding, boolean sends) {
        int count = bufferCount(bytes, outstanding);
        this.sender = sender;
        this.words = bytes / WORD;
        this.numbered = count >= outstanding;
        this.pattern = pattern(sender, words);
        this.buffers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            buffers.add(sends ? pattern.copy() : blank(words));
        }
    }

    /** @param bytes a multiple of 8, at least 24 */
    public static Messages toSend(int sender, long bytes, int outstanding) {
        return new Messages(sender, bytes, outstanding, true);
    }

    public static Messages toReceive(int sender, long bytes, int outstanding) {
        return new Messages(sender, bytes, outstanding, false);
    }

    /** As many as operations are outstanding, fewer where those would take too much memory. */
    static int bufferCount(long bytes, int outstanding) {
        return (int) Math.min(outstanding, Math.max(LEAST_BUFFERS, MOST_BUFFER_BYTES / bytes));
    }

    private static Tensor pattern(int sender, long words) {
        Tensor tensor = Tensor.allocate(DataType.INT64, words);
        for (long i = 0; i < words; i++) {
            tensor.setLong(i, (sender + 1) * MULTIPLIER + i);
        }
        return tensor;
    }

    /** Written, not only allocated: the first touch of memory costs more than a copy. */
    private static Tensor blank(long words) {
        Tensor tensor = Tensor.allocate(DataType.INT64, words);
        for (long i = 0; i < words; i++) {
            tensor.setLong(i, -1);
        }
        return tensor;
    }

    public Tensor buffer(long number) {
        return buffers.get((int) (number % buffers.size()));
    }

    /** Before a message is sent. */
    public void stamp(long number) {
        if (numbered) {
            Tensor buffer = buffer(number);
            buffer.setLong(0, number);
            buffer.setLong(words - 1, ~number);
        }
    }

    /** After a message arrived: cheap enough for each one. */
    public void check(long number) {
        if (numbered) {
            Tensor buffer = buffer(number);
            if (buffer.getLong(0) != number || buffer.getLong(words - 1) != ~number) {
                throw new WrongDataException("message %d of sender %d begins with %d and ends with %d"
                        .formatted(number, sender, buffer.getLong(0), buffer.getLong(words - 1)));
            }
        }
    }

    /** After at least as many messages as there are buffers: each word of those that arrived last. */
    public void checkAllWords() {
        ByteBuffer expected = inner(pattern);
        for (Tensor buffer : buffers) {
            int differs = expected.mismatch(inner(buffer));
            if (differs >= 0) {
                throw new WrongDataException("one of the last messages of sender %d is wrong at byte %d of %d"
                        .formatted(sender, WORD + differs, words * WORD));
            }
        }
    }

    private static ByteBuffer inner(Tensor tensor) {
        return tensor.buffer(WORD, Math.toIntExact(tensor.byteSize() - 2 * WORD));
    }

    @Override
    public void close() {
        pattern.close();
        buffers.forEach(Tensor::close);
    }
}
