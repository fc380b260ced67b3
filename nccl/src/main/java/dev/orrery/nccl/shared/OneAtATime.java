package dev.orrery.nccl.shared;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that any thread may ask for and one does at a time. Nobody waits: whoever asks while it is done makes the one who
 * does it do it once more, also when it is that one itself.
 */
final class OneAtATime {
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable work;

    /** @param work when it throws, whoever did it gets that, and it is done again by the next one who asks */
    OneAtATime(Runnable work) {
        this.work = work;
    }

    void ask() {
        if (asked.getAndIncrement() == 0) {
            work();
        }
    }

    /**
     * Does it, unless that is being done at this moment. For those who come again and again: with {@link #ask} they would
     * hold whoever does it there.
     *
     * @return whether it was done here
     */
    boolean offer() {
        if (!asked.compareAndSet(0, 1)) {
            return false;
        }
        work();
        return true;
    }

    private void work() {
        int seen = 1;
        do {
            boolean done = false;
            try {
                work.run();
                done = true;
            } finally {
                if (!done) {
                    asked.set(0);
                }
            }
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }
}
