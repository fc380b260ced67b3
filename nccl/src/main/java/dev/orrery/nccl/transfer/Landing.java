package dev.orrery.nccl.transfer;

import dev.orrery.internal.memory.NativeMemory;
import java.util.OptionalLong;

/**
 * Where the bytes of one message go. Its methods are called by one thread at a time, in the order of the bytes. Whoever
 * hands one out keeps the memory behind it alive until the reception ended.
 */
public interface Landing {
    /** Takes {@code length} bytes that lie at the address {@code source}; they are bytes {@code offset}… of the message. */
    void take(long source, long offset, long length);

    /** Where the message's bytes may be written directly, instead of {@link #take}; empty when they must be looked at. */
    default OptionalLong address() {
        return OptionalLong.empty();
    }

    /** One that copies to that address. */
    static Landing at(long address) {
        return new Landing() {
            @Override
            public void take(long source, long offset, long length) {
                NativeMemory.copy(source, address + offset, length);
            }

            @Override
            public OptionalLong address() {
                return OptionalLong.of(address);
            }
        };
    }
}
