package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.store.KeptValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * What this process has fetched from others, each value once: it stays as long as its keeper keeps it and can be heard of, or somebody here
 * uses it. Thread-safe.
 */
final class FetchedCopies {
    /** Brings a value here; blocks. */
    @FunctionalInterface
    interface Fetching {
        KeptValue fetch(String what, StoredValue stored, BooleanSupplier wanted);
    }

    private record Key(String process, String name) {}

    /** A value that is here, or on its way; to be given back. */
    static final class Copy {
        private final Key key;
        private final CompletableFuture<KeptValue> arrival = new CompletableFuture<>();
        private int users;

        Copy(Key key) {
            this.key = key;
        }

        /** Fails as fetching does. */
        CompletableFuture<KeptValue> arrival() {
            return arrival.copy();
        }
    }

    private final Executor threads;
    private final Map<Key, Copy> copies = new HashMap<>();

    /** @param threads that fetch */
    FetchedCopies(Executor threads) {
        this.threads = threads;
    }

    /** @param what for errors */
    Copy take(String what, StoredValue stored, Fetching fetching) {
        Key key = new Key(stored.getKeeper().getProcess(), StoredValues.name(stored));
        Copy copy;
        boolean first;
        synchronized (this) {
            Copy known = copies.get(key);
            first = known == null;
            copy = first ? new Copy(key) : known;
            copies.put(key, copy);
            copy.users++;
        }
        if (first) {
            begin(() -> fetch(what, stored, fetching, copy), copy);
        }
        return copy;
    }

    private void begin(Runnable fetch, Copy copy) {
        try {
            threads.execute(fetch);
        } catch (RejectedExecutionException e) {
            fail(copy, OrreryException.of(ErrorCode.CANCELLED, "the client was closed", e));
        }
    }

    // A defect must not leave somebody waiting.
    private void fetch(String what, StoredValue stored, Fetching fetching, Copy copy) {
        try {
            KeptValue fetched = fetching.fetch(what, stored, () -> isWanted(copy));
            copy.arrival.complete(fetched);
            settle(copy);
        } catch (RuntimeException | Error e) {
            fail(copy, e);
        }
    }

    private synchronized boolean isWanted(Copy copy) {
        return copy.users > 0;
    }

    private void fail(Copy copy, Throwable why) {
        synchronized (this) {
            copies.remove(copy.key, copy);
        }
        copy.arrival.completeExceptionally(why);
    }

    void giveBack(Copy copy) {
        synchronized (this) {
            copy.users--;
            if (copy.users == 0 && !copy.arrival.isDone()) {
                // Nobody waits: it is not fetched to its end, and who comes now begins anew.
                copies.remove(copy.key, copy);
            }
        }
        settle(copy);
    }

    /** Lets go of one that is here, if it is not to stay and nobody uses it. */
    private void settle(Copy copy) {
        boolean over;
        synchronized (this) {
            over = copy.users == 0 && copies.get(copy.key) != copy;
        }
        if (over && copy.arrival.isDone() && !copy.arrival.isCompletedExceptionally()) {
            copy.arrival.join().release();
        }
    }

    /** Its keeper needs it no more. */
    void forgotten(String process, String name) {
        drop(List.of(new Key(process, name)));
    }

    /** Nobody would tell when what that process keeps is needed no more. */
    void lost(String process) {
        List<Key> all;
        synchronized (this) {
            all = copies.keySet().stream()
                    .filter(key -> key.process().equals(process))
                    .toList();
        }
        drop(all);
    }

    private void drop(List<Key> keys) {
        for (Key key : keys) {
            Copy dropped;
            synchronized (this) {
                dropped = copies.remove(key);
            }
            if (dropped != null) {
                settle(dropped);
            }
        }
    }
}
