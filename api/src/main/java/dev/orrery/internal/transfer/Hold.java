package dev.orrery.internal.transfer;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An object, here or at another process, that stays as long as it is held. Thread-safe. */
public interface Hold {
    /** What needs none. */
    Hold NOTHING = of(List.of());

    /** Idempotent. */
    void letGo();

    /** Completes once its owner knows of it, or cannot be told, within seconds. Never fails. */
    CompletableFuture<Void> settled();

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
