package dev.orrery.internal.transfer;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** An object, here or at another process, that stays as long as it is held. Thread-safe. */
public interface Hold {
    /** What needs none. */
    Hold NOTHING = of(List.of());

    /** Idempotent. */
    void letGo();

    /** Completes once its owner knows of it, or cannot be told, within seconds. Never fails. */
    CompletableFuture<Void> settled();

    /** Of an object of this process, which runs it the first time it is let go. */
    static Hold of(Runnable letGo) {
        AtomicBoolean over = new AtomicBoolean();
        return new Hold() {
            @Override
            public void letGo() {
                if (over.compareAndSet(false, true)) {
                    letGo.run();
                }
            }

            @Override
            public CompletableFuture<Void> settled() {
                return CompletableFuture.completedFuture(null);
            }
        };
    }

    static Hold of(List<Hold> all) {
        List<Hold> holds = List.copyOf(all);
        return new Hold() {
            @Override
            public void letGo() {
                holds.forEach(Hold::letGo);
            }

            @Override
            public CompletableFuture<Void> settled() {
                return CompletableFuture.allOf(holds.stream().map(Hold::settled).toArray(CompletableFuture<?>[]::new));
            }
        };
    }
}
