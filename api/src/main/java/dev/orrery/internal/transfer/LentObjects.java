package dev.orrery.internal.transfer;

import dev.orrery.internal.rpc.RpcConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Objects of this process that values refer to inside, here or on their way, and that other processes have borrowed: each is held until the
 * last of these is gone. Thread-safe.
 */
final class LentObjects {
    private static final CompletableFuture<Void> SETTLED = CompletableFuture.completedFuture(null);

    /** An object, and who has it. */
    private static final class Lent {
        private final SharedObject object;
        private int values;
        private final Map<RpcConnection, Integer> borrowers = new HashMap<>();

        Lent(SharedObject object) {
            this.object = object;
        }

        boolean isWanted() {
            return values > 0 || !borrowers.isEmpty();
        }
    }

    private final Map<String, Lent> lent = new HashMap<>();
    private CompletableFuture<Void> nothing = SETTLED;

    /** A value refers to it from now on; empty when it is gone. */
    Optional<Hold> lend(SharedObject object) {
        synchronized (this) {
            Lent known = lent.get(object.id());
            if (known == null) {
                if (!object.hold()) {
                    return Optional.empty();
                }
                known = new Lent(object);
                if (lent.isEmpty()) {
                    nothing = new CompletableFuture<>();
                }
                lent.put(object.id(), known);
            }
            known.values++;
            return Optional.of(inValue(object.id()));
        }
    }

    /** As {@link #lend}, for one that was lent before and is not gone. */
    Optional<Hold> lendAgain(String id) {
        synchronized (this) {
            Optional<Lent> known = Optional.ofNullable(lent.get(id));
            known.ifPresent(again -> again.values++);
            return known.map(again -> inValue(id));
        }
    }

    synchronized Optional<SharedObject> find(String id) {
        return Optional.ofNullable(lent.get(id)).map(known -> known.object);
    }

    /** Returns whether it is there. */
    synchronized boolean borrow(RpcConnection borrower, String id) {
        Lent known = lent.get(id);
        if (known != null) {
            known.borrowers.merge(borrower, 1, Integer::sum);
        }
        return known != null;
    }

    void giveBack(RpcConnection borrower, String id) {
        end(id, known -> known.borrowers.computeIfPresent(borrower, (who, count) -> count == 1 ? null : count - 1));
    }

    /** Its connection has ended. */
    void left(RpcConnection borrower) {
        List<String> all;
        synchronized (this) {
            all = lent.entrySet().stream()
                    .filter(each -> each.getValue().borrowers.containsKey(borrower))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        all.forEach(id -> end(id, known -> known.borrowers.remove(borrower)));
    }

    private interface Change {
        void on(Lent known);
    }

    private void end(String id, Change change) {
        Lent known;
        Optional<CompletableFuture<Void>> last;
        synchronized (this) {
            known = lent.get(id);
            if (known == null) {
                return;
            }
            change.on(known);
            if (known.isWanted()) {
                return;
            }
            lent.remove(id);
            last = lent.isEmpty() ? Optional.of(nothing) : Optional.empty();
        }
        // It may remove a file.
        known.object.letGo();
        last.ifPresent(waiting -> waiting.complete(null));
    }

    /** Completes once no object of this process is lent: now, if none is. */
    synchronized CompletableFuture<Void> whenNothingIsLent() {
        return nothing.copy();
    }

    /** Of a value that refers to it. */
    private Hold inValue(String id) {
        return Hold.of(() -> end(id, known -> known.values--));
    }
}
