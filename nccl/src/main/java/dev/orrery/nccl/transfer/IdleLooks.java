package dev.orrery.nccl.transfer;

/**
 * What a thread does between two looks for data: spins at first, then lets others run that want its core. Who is waited for
 * may be one of them. For one thread.
 */
public final class IdleLooks {
    private static final int SPINS_ON_MEMORY = 32;
    /** What is waited for takes a few system calls by other threads, which should come soon. */
    private static final int SPINS_ON_SOCKETS = 2;

    private static final int SOCKETS_LAST_LONGER = 3;
    /** Waking a thread takes about as long as one may look; a stream goes on after that. */
    private static final int STREAMS_LAST_LONGER = 5;

    private final int spins;
    private final int factor;
    private int looks;

    private IdleLooks(int spins, int factor) {
        this.spins = spins;
        this.factor = factor;
    }

    /** For data that other processes put into memory. */
    public static IdleLooks onMemory() {
        return new IdleLooks(SPINS_ON_MEMORY, 1);
    }

    public static IdleLooks onSockets() {
        return new IdleLooks(SPINS_ON_SOCKETS, SOCKETS_LAST_LONGER);
    }

    /** @param spinNanos how long a thread may look for data in memory, in nanoseconds */
    public long longest(long spinNanos) {
        return factor * spinNanos;
    }

    /**
     * How long instead when a lot of data came or went when something last did. In the middle of a stream silence means most
     * likely that the other side is being woken: who goes to sleep then has to be woken next, and so on.
     *
     * @param longest as {@link #longest} says
     */
    public static long inStream(long longest) {
        return STREAMS_LAST_LONGER * longest;
    }

    /** Whether looks are so far apart that the time should be looked at in between. */
    public boolean isSlow() {
        return looks == spins;
    }

    /** @param found whether the look found something */
    // Nothing depends on who runs next: with nobody waiting for the core this is another spin.
    @SuppressWarnings("ThreadPriorityCheck")
    public void afterLook(boolean found) {
        if (found) {
            looks = 0;
        } else if (looks < spins) {
            looks++;
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
