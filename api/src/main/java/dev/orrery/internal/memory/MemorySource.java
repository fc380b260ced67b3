package dev.orrery.internal.memory;

/** Where a pool gets its memory. Thread-safe. */
public interface MemorySource {
    MemorySource HOST = new MemorySource() {
        @Override
        public long allocate(long bytes) {
            return NativeMemory.allocate(bytes);
        }

        @Override
        public void free(long address) {
            NativeMemory.free(address);
        }
    };

    /** The address of that much memory, which is not 0. Throws OutOfMemoryError. */
    long allocate(long bytes);

    void free(long address);
}
