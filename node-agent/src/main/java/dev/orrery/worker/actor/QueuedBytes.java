package dev.orrery.worker.actor;

import java.util.concurrent.atomic.AtomicLong;

/** What calls take of the heap while they wait: in one queue, or in all those of a process that several actors share. Thread-safe. */
final class QueuedBytes {
    private static final int SHARE_OF_HEAP = 4;

    private final long most;
    private final AtomicLong bytes = new AtomicLong();

    QueuedBytes(long most) {
        this.most = most;
    }

    static QueuedBytes ofThisProcess() {
        return new QueuedBytes(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** Whether there is room for so many more; a single call is taken whatever its size. */
    boolean hasRoomFor(long more) {
        long now = bytes.get();
        return now == 0 || now + more <= most;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    void remove(long less) {
        bytes.addAndGet(-less);
    }
}
