package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.transfer.SharedObject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * An object, and how many hold it: tasks that it is an argument of, waits for it, values that refer to it. Once it is given up its value
 * goes with the last of them; one that nobody gives up goes when it is garbage collected. Thread-safe.
 */
final class HeldObject implements SharedObject {
    private final ObjectMaker maker;
    private int holders;
    private boolean givenUp;

    HeldObject(ObjectMaker maker) {
        this.maker = maker;
    }

    ObjectMaker maker() {
        return maker;
    }

    @Override
    public String id() {
        return maker.id();
    }

    @Override
    public CompletableFuture<KeptValue> arrival() {
        return maker.result();
    }

    @Override
    public CompletableFuture<KeptValue> arrivalAfter(KeptValue lost) {
        return maker.resultAfter(
                lost,
                OrreryException.of(
                        ErrorCode.OBJECT_LOST,
                        maker.product() + " was kept in "
                                + lost.message().getStored().getPath() + ", and cannot be read there any more",
                        Map.of("object", maker.id())));
    }

    @Override
    public synchronized boolean hold() {
        if (givenUp && holders == 0) {
            return false;
        }
        holders++;
        return true;
    }

    @Override
    public void letGo() {
        boolean last;
        synchronized (this) {
            holders--;
            last = givenUp && holders == 0;
        }
        if (last) {
            maker.drop();
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
            maker.drop();
        }
    }
}
