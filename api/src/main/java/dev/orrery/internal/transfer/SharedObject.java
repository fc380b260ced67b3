package dev.orrery.internal.transfer;

import dev.orrery.internal.store.KeptValue;
import java.util.concurrent.CompletableFuture;

/** An object of this process, as far as other processes are concerned. Thread-safe. */
public interface SharedObject {
    String id();

    /** Once it is there; fails with what it failed with. */
    CompletableFuture<KeptValue> arrival();

    /** The same once more, after that value could not be read; fails with OBJECT_LOST when there is no way. */
    CompletableFuture<KeptValue> arrivalAfter(KeptValue lost);

    /** To be followed by {@link #letGo}. False when it is gone. */
    boolean hold();

    void letGo();
}
