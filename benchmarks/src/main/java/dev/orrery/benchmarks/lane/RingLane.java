package dev.orrery.benchmarks.lane;

import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A mapped file with a ring for each direction: the least that two processes need to copy bytes through shared memory. No
 * framing, no doorbell: both sides know how long a message is, and spin.
 */
public final class RingLane implements Lane {
    private final ByteRing out;
    private final ByteRing in;

    private RingLane(ByteRing out, ByteRing in) {
        this.out = out;
        this.in = in;
    }

    /**
     * @param ringBytes of each direction; a power of two
     * @param creates whether this side makes the file; the other one opens it afterwards and removes its name
     */
    public static RingLane open(Path file, int ringBytes, int chunkBytes, boolean creates) throws IOException {
        if (Integer.bitCount(ringBytes) != 1) {
            throw new IllegalArgumentException("a ring must have a power of two of bytes, not " + ringBytes);
        }
        int directionBytes = ByteRing.HEADER_BYTES + ringBytes;
        if (creates) {
            Files.write(file, new byte[2 * directionBytes], StandardOpenOption.CREATE_NEW);
        }
        ByteBuffer memory;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
        }
        if (!creates) {
            Files.delete(file);
        }
        ByteRing first = new ByteRing(memory.slice(0, directionBytes), chunkBytes);
        ByteRing second = new ByteRing(memory.slice(directionBytes, directionBytes), chunkBytes);
        return creates ? new RingLane(first, second) : new RingLane(second, first);
    }

    @Override
    public boolean blocks() {
        return true;
    }

    @Override
    public void startSend(int slot, Tensor message) {
        out.write(message.buffer(0, Math.toIntExact(message.byteSize())));
    }

    @Override
    public void finishSend(int slot) {}

    @Override
    public void startReceive(int slot, Tensor into) {
        in.read(into.buffer(0, Math.toIntExact(into.byteSize())));
    }

    @Override
    public void finishReceive(int slot) {}

    /** The mapping goes when nothing refers to it any more. */
    @Override
    public void close() {}
}
