package dev.orrery.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.TreeMap;

/** A device with that much memory, whose addresses mean nothing to the host. */
final class TestingDevice extends Device {
    private static final long FIRST_ADDRESS = 1L << 40;

    private final TreeMap<Long, ByteBuffer> memory = new TreeMap<>();
    private final long size;
    private long next = FIRST_ADDRESS;
    private boolean broken;

    TestingDevice(String name, long size) {
        super(name);
        this.size = size;
    }

    void breakDown() {
        broken = true;
    }

    long taken() {
        return memory.values().stream().mapToLong(ByteBuffer::capacity).sum();
    }

    @Override
    protected long takeMemory(long bytes) {
        if (taken() + bytes > size) {
            throw new OutOfMemoryError("all of its memory is taken");
        }
        long address = next;
        next += bytes;
        memory.put(address, ByteBuffer.allocate((int) bytes));
        return address;
    }

    @Override
    protected void giveMemoryBack(long address) {
        memory.remove(address);
    }

    private ByteBuffer at(long address, long bytes) {
        if (broken) {
            throw new IllegalStateException("the device is broken");
        }
        long start = memory.floorKey(address);
        return memory.get(start).slice((int) (address - start), (int) bytes);
    }

    private static ByteBuffer host(long address, long bytes) {
        return dev.orrery.internal.memory.NativeMemory.view(address, (int) bytes, "")
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    protected void copyFromHost(long from, long to, long bytes) {
        at(to, bytes).put(host(from, bytes));
    }

    @Override
    protected void copyToHost(long from, long to, long bytes) {
        host(to, bytes).put(at(from, bytes));
    }

    @Override
    protected void copyWithin(long from, long to, long bytes) {
        at(to, bytes).put(at(from, bytes));
    }
}
