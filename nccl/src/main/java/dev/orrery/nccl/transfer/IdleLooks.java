package dev.orrery.nccl.transfer;

/**
 * What a thread does between two looks for data: spins at first, then lets others run that want its core. Who is waited for
 * may be one of them. For one thread.
 */
public final class IdleLooks {
    private static final int SPINS = 32;

    private int looks;

    /** After a look that found something. */
    public void found() {
        looks = 0;
    }

    /** After a look that found nothing. */
    // Nothing depends on who runs next: with nobody waiting for the core this is another spin.
    @SuppressWarnings("ThreadPriorityCheck")
    public void foundNothing() {
        if (looks < SPINS) {
            looks++;
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
