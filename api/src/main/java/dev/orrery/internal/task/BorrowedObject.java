package dev.orrery.internal.task;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ObjectReference;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.References;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An object of another process, to which a value referred that was read here: its owner keeps it until this is collected or dropped. */
final class BorrowedObject implements ObjectMaker {
    /** Nobody here knows how long it takes. */
    private static final Duration LONG = Duration.ofDays(365);

    private static final int MOST_READINGS = 3;

    private final ObjectReference reference;
    private final References references;
    private final Hold hold;
    private CompletableFuture<KeptValue> result = new CompletableFuture<>();
    private boolean asked;
    private int readings = 1;

    private BorrowedObject(ObjectReference reference, References references, Hold hold) {
        this.reference = reference;
        this.references = references;
        this.hold = hold;
    }

    static BorrowedObject of(ObjectReference reference, References references) {
        Hold hold = references.take(List.of(reference));
        BorrowedObject borrowed = new BorrowedObject(reference, references, hold);
        References.letGoWith(borrowed, hold);
        return borrowed;
    }

    ObjectReference reference() {
        return reference;
    }

    @Override
    public String id() {
        return reference.getId();
    }

    @Override
    public String product() {
        return "object " + id() + " of " + reference.getOwner().getWords();
    }

    /** Its owner is asked for it when somebody wants it. */
    @Override
    public synchronized CompletableFuture<KeptValue> result() {
        if (!asked) {
            asked = true;
            result = references.await(reference, false);
        }
        return result;
    }

    @Override
    public synchronized CompletableFuture<KeptValue> resultAfter(KeptValue lost, OrreryException why) {
        boolean newest = result.isDone()
                && !result.isCompletedExceptionally()
                && result.join().equals(lost);
        if (!newest) {
            return result;
        }
        if (readings == MOST_READINGS) {
            return CompletableFuture.failedFuture(why);
        }
        readings++;
        result = references.await(reference, true);
        return result;
    }

    @Override
    public void drop() {
        boolean read;
        synchronized (this) {
            read = asked;
        }
        if (read) {
            ObjectMaker.super.drop();
        }
        hold.letGo();
    }

    @Override
    public Duration left() {
        return LONG;
    }

    @Override
    public String whereabouts() {
        return "is awaited from its owner";
    }

    /** It is its owner's. */
    @Override
    public boolean cancel() {
        return false;
    }
}
