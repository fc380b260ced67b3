package dev.orrery.agent.warm;

import java.util.concurrent.CompletableFuture;

/** What the pool does to the world outside. Futures complete on the pool's thread. */
public interface WarmHost {
    String newNonce();

    /** Completes when a process has been forked that will call in with {@code nonce}. */
    CompletableFuture<Void> start(String nonce);

    /** Whether that process is known to be dead. */
    boolean isGone(String nonce);

    /** Kills it and all that it has started, and removes its folder; completes when nothing is left. */
    CompletableFuture<Void> end(String nonce);
}
