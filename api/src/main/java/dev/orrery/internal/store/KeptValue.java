package dev.orrery.internal.store;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.StoredValues;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Optional;

/**
 * A value as bytes, in the heap or in a file. The file is removed when this is: so whoever uses the message keeps this. Thread-safe.
 */
public final class KeptValue {
    private static final Cleaner CLEANER = Cleaner.create(new NamedThreads("object-cleaner"));

    private final Value message;
    private final Optional<StoredFile> file;

    private KeptValue(Value message, Optional<StoredFile> file) {
        this.message = message;
        this.file = file;
    }

    static KeptValue inHeap(Value message) {
        return new KeptValue(message, Optional.empty());
    }

    static KeptValue inFile(Value message, StoredFile file) {
        KeptValue kept = new KeptValue(message, Optional.of(file));
        CLEANER.register(kept, file::remove);
        return kept;
    }

    /** For whoever is on this host. */
    public Value message() {
        return message;
    }

    /** For whoever is not. Throws OBJECT_LOST. */
    public Value inline(String what) {
        try {
            return message.hasStored() ? StoredValues.inline(what, message.getStored()) : message;
        } finally {
            // Its file would go with it.
            Reference.reachabilityFence(this);
        }
    }

    /** Of the heap. */
    public int bytes() {
        return message.getSerializedSize();
    }

    /** Nobody refers to it any more. Otherwise that shows when it is garbage collected. Idempotent. */
    public void release() {
        file.ifPresent(StoredFile::remove);
    }
}
