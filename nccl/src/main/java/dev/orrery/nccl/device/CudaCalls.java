package dev.orrery.nccl.device;

import java.util.List;

/**
 * CUDA. A thread calls {@link #select} first; the other methods work on the device that it selected. All throw {@link
 * NativeCallException}. Thread-safe.
 */
public interface CudaCalls {
    /** Which way bytes are copied. */
    enum CopyKind {
        TO_DEVICE,
        TO_HOST,
        WITHIN_DEVICE
    }

    /** Those that this process may use, as CUDA counts. */
    List<GpuInfo> devices();

    void select(int device);

    /** Throws OutOfMemoryError. */
    long allocate(long bytes);

    /** Waits for all that the device does. */
    void free(long address);

    NativeStream newStream();

    NativeEvent newEvent();

    void record(NativeEvent event, NativeStream stream);

    /** Whether it was reached since it was recorded last. */
    boolean isReached(NativeEvent event);

    /** Puts a copy into the stream. */
    void copy(long from, long to, long bytes, CopyKind kind, NativeStream stream);

    /** May wait for all that the device does. */
    void destroy(NativeStream stream);

    void destroy(NativeEvent event);
}
