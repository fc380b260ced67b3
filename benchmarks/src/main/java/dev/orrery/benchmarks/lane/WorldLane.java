package dev.orrery.benchmarks.lane;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import java.util.concurrent.CompletableFuture;

/** A way to one other member of a world. */
public final class WorldLane implements Lane {
    private final Communicator communicator;
    private final int peer;
    private final CompletableFuture<?>[] sends = new CompletableFuture<?>[SLOTS];
    private final CompletableFuture<?>[] receives = new CompletableFuture<?>[SLOTS];

    public WorldLane(Communicator communicator, int peer) {
        this.communicator = communicator;
        this.peer = peer;
    }

    @Override
    public void startSend(int slot, Tensor message) {
        sends[slot] = communicator.send(peer, message);
    }

    @Override
    public void finishSend(int slot) {
        sends[slot].join();
    }

    @Override
    public void startReceive(int slot, Tensor into) {
        receives[slot] = communicator.receive(peer, into);
    }

    @Override
    public void finishReceive(int slot) {
        receives[slot].join();
    }

    /** The world goes with its manager. */
    @Override
    public void close() {}
}
