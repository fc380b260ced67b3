package dev.orrery.benchmarks.lane;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.IdleLooks;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Tensor;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * A transport of worlds without a world around it: no membership, control link, heartbeats or watchdog, no checks of
 * arguments. A waiting thread moves the data itself, as one that waits for an operation of a world does.
 */
public final class DirectLane implements Lane, PeerPath.Events {
    private static final int LOOKS_PER_CLOCK = 16;

    private final LongSupplier spinNanos;
    private final CompletableFuture<?>[] sends = new CompletableFuture<?>[SLOTS];
    private final CompletableFuture<?>[] receives = new CompletableFuture<?>[SLOTS];
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private PeerPath path;

    /** @param spinNanos how long a waiting thread may look on without finding anything, at this moment */
    public DirectLane(LongSupplier spinNanos) {
        this.spinNanos = spinNanos;
    }

    /** Before it is used; the path tells this lane of its events. */
    public void attach(PeerPath transport) {
        path = transport;
    }

    @Override
    public void startSend(int slot, Tensor message) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        sends[slot] = done;
        path.send(new Outgoing(new Envelope.Sent(TensorHeader.of(message)), message.address(), message, done));
    }

    @Override
    public void finishSend(int slot) {
        await(sends[slot]);
    }

    @Override
    public void startReceive(int slot, Tensor into) {
        CompletableFuture<Tensor> done = new CompletableFuture<>();
        receives[slot] = done;
        path.receive(new Arrival(into, done));
    }

    @Override
    public void finishReceive(int slot) {
        await(receives[slot]);
    }

    private void await(CompletableFuture<?> wanted) {
        if (wanted.isDone()) {
            path.visited();
        } else if (path.canHelp()) {
            path.helping();
            help(wanted);
            path.helped(!wanted.isDone());
        }
        wanted.join();
    }

    private void help(CompletableFuture<?> wanted) {
        long limit = spinNanos.getAsLong();
        long lastMove = System.nanoTime();
        IdleLooks idle = IdleLooks.onMemory();
        for (int look = 1; !wanted.isDone(); look++) {
            boolean moved = path.help();
            if (moved || idle.isSlow() || look % LOOKS_PER_CLOCK == 0) {
                long now = System.nanoTime();
                lastMove = moved ? now : lastMove;
                long silent = now - lastMove;
                if (silent > limit && (silent > IdleLooks.inStream(limit) || !path.streams())) {
                    return;
                }
            }
            idle.afterLook(moved);
        }
    }

    private record Arrival(Tensor into, CompletableFuture<Tensor> done) implements Reception {
        @Override
        public Landing accept(Envelope envelope) {
            return Landing.at(into.address());
        }

        @Override
        public void complete() {
            done.complete(into);
        }

        @Override
        public void fail(OrreryException why) {
            done.completeExceptionally(why);
        }
    }

    // ---- what the path tells ----

    @Override
    public void onLost(String why) {
        path.abort(OrreryException.of(ErrorCode.CONNECTION_LOST, why));
    }

    @Override
    public void onFailed(Failure cause) {
        path.abort(OrreryException.of(ErrorCode.CONNECTION_LOST, cause.toString()));
    }

    @Override
    public void onPeerLeft() {
        path.abort(OrreryException.of(ErrorCode.CONNECTION_LOST, "the other side ended"));
    }

    @Override
    public void onReleased() {
        released.complete(null);
    }

    /** Begins to end; whoever closes the thread of the rings waits for {@link #released()} first. */
    @Override
    public void close() {
        path.abort(OrreryException.of(ErrorCode.CONNECTION_LOST, "this side ended"));
    }

    public CompletableFuture<Void> released() {
        return released;
    }
}
