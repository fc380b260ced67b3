package dev.orrery.agent.warm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Processes that exist only here; what is done to them is written down. */
final class TestingWarmHost implements WarmHost {
    final List<String> done = new ArrayList<>();
    final Set<String> gone = new HashSet<>();
    CompletableFuture<Void> fork = CompletableFuture.completedFuture(null);
    CompletableFuture<Void> ending = CompletableFuture.completedFuture(null);
    private int nonces;

    @Override
    public String newNonce() {
        nonces++;
        return "w" + nonces;
    }

    @Override
    public CompletableFuture<Void> start(String nonce) {
        done.add("start " + nonce);
        return fork;
    }

    @Override
    public boolean isGone(String nonce) {
        return gone.contains(nonce);
    }

    @Override
    public CompletableFuture<Void> end(String nonce) {
        done.add("end " + nonce);
        return ending;
    }
}
