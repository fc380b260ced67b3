package dev.orrery.nccl.stream;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.Landing;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Brings what was read to its place. */
final class Payloads {
    private Payloads() {}

    /** Takes the next {@code length} bytes; they are bytes {@code offset}… of their message. */
    static void take(ByteBuf in, int length, Landing landing, long offset) {
        ByteBuffer bytes = in.nioBuffer(in.readerIndex(), length);
        in.skipBytes(length);
        if (bytes.isDirect()) {
            landing.take(NativeMemory.address(bytes), offset, length);
            return;
        }
        MemoryBlock block = MemoryPool.shared().allocate(length);
        try {
            NativeMemory.view(block.address(), length, block).put(bytes);
            landing.take(block.address(), offset, length);
        } finally {
            block.release();
        }
    }
}
