package dev.orrery.nccl.device;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.tensor.Device;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One GPU, as this process uses it. Streams and events are kept for the next use: to give one back can wait for all that the
 * device does, also for a world that hangs. Thread-safe.
 */
public final class Gpu extends Device implements AutoCloseable {
    private static final Duration COPY_LIMIT = Duration.ofSeconds(30);

    private final CudaCalls cuda;
    private final NcclCalls nccl;
    private final GpuInfo info;
    private final Deque<NativeStream> streams = new ArrayDeque<>();
    private final Deque<NativeEvent> events = new ArrayDeque<>();

    public Gpu(CudaCalls cuda, NcclCalls nccl, GpuInfo info) {
        super("cuda:" + info.index());
        this.cuda = cuda;
        this.nccl = nccl;
        this.info = info;
    }

    public GpuInfo info() {
        return info;
    }

    public CudaCalls cuda() {
        return cuda;
    }

    public NcclCalls nccl() {
        return nccl;
    }

    /** For the calling thread, before it calls CUDA or NCCL. */
    public void select() {
        cuda.select(info.index());
    }

    /** One that nothing uses. The calling thread has selected this. */
    public NativeStream takeStream() {
        return take(streams, cuda::newStream);
    }

    /** Nothing uses it any more. */
    public void giveBack(NativeStream stream) {
        giveBack(streams, stream);
    }

    NativeEvent takeEvent() {
        return take(events, cuda::newEvent);
    }

    void giveBack(NativeEvent event) {
        giveBack(events, event);
    }

    private static <T> T take(Deque<T> kept, Supplier<T> fresh) {
        T taken;
        synchronized (kept) {
            taken = kept.poll();
        }
        return taken == null ? fresh.get() : taken;
    }

    private static <T> void giveBack(Deque<T> kept, T unused) {
        synchronized (kept) {
            kept.push(unused);
        }
    }

    @Override
    protected long takeMemory(long bytes) {
        select();
        return cuda.allocate(bytes);
    }

    @Override
    protected void giveMemoryBack(long address) {
        select();
        cuda.free(address);
    }

    @Override
    protected void copyFromHost(long from, long to, long bytes) {
        copy(from, to, bytes, CopyKind.TO_DEVICE);
    }

    @Override
    protected void copyToHost(long from, long to, long bytes) {
        copy(from, to, bytes, CopyKind.TO_HOST);
    }

    @Override
    protected void copyWithin(long from, long to, long bytes) {
        copy(from, to, bytes, CopyKind.WITHIN_DEVICE);
    }

    /** In a stream of its own, so that it waits for no world. */
    private void copy(long from, long to, long bytes, CopyKind kind) {
        if (bytes == 0) {
            return;
        }
        try {
            select();
            NativeStream stream = takeStream();
            NativeEvent reached = takeEvent();
            cuda.copy(from, to, bytes, kind, stream);
            cuda.record(reached, stream);
            await(reached, bytes);
            // After a failure they may be in use.
            giveBack(stream);
            giveBack(reached);
        } catch (NativeCallException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "a copy on " + name() + ": " + e.getMessage(), e);
        }
    }

    private void await(NativeEvent event, long bytes) {
        long start = NanoClock.SYSTEM.nanoTime();
        Pace pace = new Pace();
        while (!cuda.isReached(event)) {
            if (NanoClock.SYSTEM.nanoTime() - start > COPY_LIMIT.toNanos()) {
                throw OrreryException.of(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "a copy of %d bytes on %s did not end within %d s"
                                .formatted(bytes, name(), COPY_LIMIT.toSeconds()));
            }
            pace.idle();
        }
    }

    /** Gives up what it keeps. The worlds have to have ended before, and tensors be closed. */
    @Override
    public void close() {
        select();
        trim();
        drain(streams, cuda::destroy);
        drain(events, cuda::destroy);
    }

    private static <T> void drain(Deque<T> kept, Consumer<T> destroy) {
        synchronized (kept) {
            kept.forEach(destroy);
            kept.clear();
        }
    }
}
