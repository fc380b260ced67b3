package dev.orrery.internal.task;

import dev.orrery.internal.store.KeptValue;

/**
 * An object, and how many hold it: tasks that it is an argument of, waits for it. Once it is given up its value goes with the last of
 * them; one that nobody gives up goes when it is garbage collected. Thread-safe.
 */
final class HeldObject {
    private final ObjectMaker maker;
    private int holders;
    private boolean givenUp;

    HeldObject(ObjectMaker maker) {
        this.maker = maker;
    }

    ObjectMaker maker() {
        return maker;
    }

    /** To be followed by {@link #letGo}. False when it is gone. */
    synchronized boolean hold() {
        if (givenUp && holders == 0) {
            return false;
        }
        holders++;
        return true;
    }

    void letGo() {
        boolean last;
        synchronized (this) {
            holders--;
            last = givenUp && holders == 0;
        }
        if (last) {
            drop();
        }
    }

    /** Idempotent. */
    void giveUp() {
        boolean unheld;
        synchronized (this) {
            if (givenUp) {
                return;
            }
            givenUp = true;
            unheld = holders == 0;
        }
        if (unheld) {
            drop();
        }
    }

    /** Should it not be there yet, when it comes. */
    private void drop() {
        var unused = maker.result().thenAccept(KeptValue::release);
    }
}
