package dev.orrery.internal.store;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.StoredValues;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Optional;

/**
 * A value as bytes, in the heap, in a file of this process's, or kept by another process. What it holds is given up when this is
 * collected: so whoever uses the message keeps this. Thread-safe.
 */
public final class KeptValue {
    private static final Cleaner CLEANER = Cleaner.create(new NamedThreads("object-cleaner"));

    private volatile Value message;
    private final Optional<Hold> hold;

    /** What gives the bytes up, once. Knows nothing of the value that it belongs to, which could not be collected otherwise. */
    private static final class Hold implements Runnable {
        private final Runnable inner;
        private Runnable giveUp;
        private boolean over;

        /** @param inner gives up what the value refers to */
        Hold(Runnable giveUp, Runnable inner) {
            this.giveUp = giveUp;
            this.inner = inner;
        }

        @Override
        public void run() {
            Runnable last;
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
                last = giveUp;
            }
            last.run();
            inner.run();
        }

        /** What is not held any more, given up by the caller: what was before, or the next one where all is over. */
        synchronized Runnable replace(Runnable next) {
            if (over) {
                return next;
            }
            Runnable before = giveUp;
            giveUp = next;
            return before;
        }
    }

    private KeptValue(Value message, Optional<Hold> hold) {
        this.message = message;
        this.hold = hold;
    }

    static KeptValue inHeap(Value message) {
        return new KeptValue(message, Optional.empty());
    }

    /** @param inner gives up what the value refers to */
    static KeptValue inHeap(Value message, Runnable inner) {
        return held(message, KeptValue::nothing, inner);
    }

    private static void nothing() {}

    static KeptValue inFile(Value message, StoredFile file, Runnable inner) {
        return held(message, file, inner);
    }

    /**
     * Of another process.
     *
     * @param giveUp tells that process that it is needed no more; must not refer to what is made here
     * @param inner gives up what the value refers to; neither
     */
    public static KeptValue elsewhere(Value message, Runnable giveUp, Runnable inner) {
        return held(message, giveUp, inner);
    }

    private static KeptValue held(Value message, Runnable giveUp, Runnable inner) {
        Hold hold = new Hold(giveUp, inner);
        KeptValue kept = new KeptValue(message, Optional.of(hold));
        CLEANER.register(kept, hold);
        return kept;
    }

    /** Where it is now. */
    public Value message() {
        return message;
    }

    /** Whether another process keeps it. */
    public boolean isElsewhere() {
        return message.getStored().hasKeeper();
    }

    /** It is in that file from now on. */
    void moveTo(Value stored, Runnable giveUp) {
        message = stored;
        hold.orElseThrow(() -> new IllegalStateException("a value in the heap does not move"))
                .replace(giveUp)
                .run();
    }

    /** With its bytes, where it is not kept elsewhere. Throws OBJECT_LOST or TENSOR_TOO_LARGE. */
    public Value inline(String what) {
        try {
            Value now = message;
            return now.hasStored()
                    ? StoredValues.inline(what, now.getStored()).toBuilder()
                            .addAllReferences(now.getReferencesList())
                            .build()
                    : now;
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
        hold.ifPresent(Hold::run);
    }
}
