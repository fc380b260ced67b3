package dev.orrery.nccl.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The words of one ring, as both processes see them. */
final class RingWords {
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;

    /** @param memory the ring's region, aligned */
    RingWords(ByteBuffer memory) {
        this.memory = memory;
    }

    long getAcquire(int word) {
        return (long) LONG.getAcquire(memory, word);
    }

    void setRelease(int word, long value) {
        LONG.setRelease(memory, word, value);
    }

    long getOpaque(int word) {
        return (long) LONG.getOpaque(memory, word);
    }

    void setOpaque(int word, long value) {
        LONG.setOpaque(memory, word, value);
    }

    /** Says that one sleeps, so that whatever the other side does after this wakes it, or is seen by a look after this. */
    void raise(int flag) {
        LONG.setOpaque(memory, flag, 1L);
        VarHandle.fullFence();
    }

    void lower(int flag) {
        LONG.setOpaque(memory, flag, 0L);
    }

    /** Whether the other side sleeps. To be asked after what it waits for was done. */
    boolean isRaised(int flag) {
        VarHandle.fullFence();
        return (long) LONG.getOpaque(memory, flag) == 1L;
    }

    /** Whether the other side sleeps and it is this caller who wakes it. To be asked after what it waits for was done. */
    boolean takeFlag(int flag) {
        return isRaised(flag) && LONG.compareAndSet(memory, flag, 1L, 0L);
    }
}
