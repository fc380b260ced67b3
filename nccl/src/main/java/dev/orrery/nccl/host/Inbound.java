package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What one member receives from another: matches receives with messages in order, holds small tensors that nobody
 * received yet, and gives memory to large ones only when somebody does. Used by the connection's thread only.
 */
final class Inbound {
    /** @param tensor present for a small one, whose bytes are here */
    private record Arrival(long number, TensorHeader header, Optional<Tensor> tensor) {}

    /** A tensor that is being filled; without a receive when it is small. */
    private static final class Filling {
        private final long number;
        private final TensorHeader header;
        private final Tensor tensor;
        private final Optional<CompletableFuture<Tensor>> receive;
        private long offset;

        Filling(long number, TensorHeader header, Optional<CompletableFuture<Tensor>> receive) {
            this.number = number;
            this.header = header;
            this.tensor = header.allocate();
            this.receive = receive;
        }
    }

    private final long maxTensorBytes;
    private final Consumer<Frame> reply;
    private final Deque<Arrival> arrived = new ArrayDeque<>();
    private final Deque<CompletableFuture<Tensor>> waiting = new ArrayDeque<>();
    private final Map<Long, Filling> transfers = new HashMap<>();
    private Optional<Filling> target = Optional.empty();
    private Optional<OrreryException> ended = Optional.empty();
    private boolean discarding;
    private long heldCredit;
    private long takenCredit;
    private long progress;

    /** @param reply sends to the peer */
    Inbound(long maxTensorBytes, Consumer<Frame> reply) {
        this.maxTensorBytes = maxTensorBytes;
        this.reply = reply;
    }

    void receive(CompletableFuture<Tensor> receive) {
        Arrival next = arrived.peek();
        boolean canTake = next != null && (ended.isEmpty() || next.tensor().isPresent());
        if (canTake) {
            arrived.remove();
            match(next, receive);
        } else if (ended.isPresent()) {
            receive.completeExceptionally(ended.get());
        } else {
            waiting.add(receive);
        }
    }

    private void match(Arrival arrival, CompletableFuture<Tensor> receive) {
        giveCredit(Flow.cost(arrival.header()));
        if (arrival.tensor().isPresent()) {
            complete(receive, arrival.tensor().get());
        } else {
            transfers.put(arrival.number(), fill(arrival, receive));
            reply.accept(new Frame.Ready(arrival.number()));
        }
    }

    private static Filling fill(Arrival arrival, CompletableFuture<Tensor> receive) {
        try {
            return new Filling(arrival.number(), arrival.header(), Optional.of(receive));
        } catch (OutOfMemoryError e) {
            receive.completeExceptionally(OrreryException.of(
                    ErrorCode.TENSOR_TOO_LARGE, "there is no memory to receive " + arrival.header(), e));
            throw e;
        }
    }

    private static void complete(CompletableFuture<Tensor> receive, Tensor tensor) {
        if (!receive.complete(tensor)) {
            // The receive was cancelled.
            tensor.close();
        }
    }

    private void giveCredit(long cost) {
        heldCredit -= cost;
        takenCredit += cost;
        if (ended.isEmpty() && Flow.isWorthSaying(takenCredit)) {
            reply.accept(new Frame.Credit(takenCredit));
            takenCredit = 0;
        }
    }

    /** Returns how many bytes follow. */
    long onEager(Frame.Eager eager) throws BadFrameException {
        TensorHeader header = eager.tensor();
        if (!Flow.isEager(header)) {
            throw BadFrameException.malformed("a tensor at once that is too large for that: " + header);
        }
        hold(header);
        target = discarding ? Optional.empty() : Optional.of(new Filling(eager.number(), header, Optional.empty()));
        return header.byteSize();
    }

    void onOffer(Frame.Offer offer) throws BadFrameException {
        TensorHeader header = offer.tensor();
        if (Flow.isEager(header)) {
            throw BadFrameException.malformed("an offer of a tensor that is too small for that: " + header);
        }
        hold(header);
        if (!discarding) {
            deliver(new Arrival(offer.number(), header, Optional.empty()));
        }
    }

    private void hold(TensorHeader header) throws BadFrameException {
        if (header.byteSize() > maxTensorBytes) {
            throw new BadFrameException(
                    "TENSOR_TOO_LARGE", "a tensor larger than the limit of " + maxTensorBytes + " bytes: " + header);
        }
        heldCredit += Flow.cost(header);
        if (heldCredit + takenCredit > Flow.WINDOW_BYTES) {
            throw BadFrameException.malformed("more than it has credit for");
        }
    }

    /** Returns how many bytes follow. */
    long onChunk(Frame.Chunk chunk) throws BadFrameException {
        Filling filling = transfers.get(chunk.number());
        if (filling == null && ended.isEmpty()) {
            throw BadFrameException.malformed("a part of tensor " + chunk.number() + ", which nobody receives");
        }
        if (filling != null && chunk.length() > filling.tensor.byteSize() - filling.offset) {
            throw BadFrameException.malformed("more of tensor " + chunk.number() + " than it has");
        }
        target = Optional.ofNullable(filling);
        return chunk.length();
    }

    void onPayload(ByteBuf in, int length) {
        progress += length;
        if (target.isEmpty()) {
            in.skipBytes(length);
            return;
        }
        Filling filling = target.get();
        in.readBytes(filling.tensor.buffer(filling.offset, length));
        filling.offset += length;
    }

    void onPayloadEnd() {
        if (target.isEmpty()) {
            return;
        }
        Filling filling = target.get();
        target = Optional.empty();
        if (filling.receive.isEmpty()) {
            deliver(new Arrival(filling.number, filling.header, Optional.of(filling.tensor)));
        } else if (filling.offset == filling.tensor.byteSize()) {
            transfers.remove(filling.number);
            complete(filling.receive.get(), filling.tensor);
        }
    }

    private void deliver(Arrival arrival) {
        CompletableFuture<Tensor> receive = waiting.poll();
        if (receive == null) {
            arrived.add(arrival);
        } else {
            match(arrival, receive);
        }
    }

    boolean isDiscarding() {
        return discarding;
    }

    /** Something should be moving: the peer was told that there is room for it. */
    boolean isMoving() {
        return !transfers.isEmpty();
    }

    /** Grows as bytes arrive. */
    long progress() {
        return progress;
    }

    /**
     * Fails what waits.
     *
     * @param keepArrived whether small tensors that have arrived, or still arrive, can be received
     */
    void end(OrreryException why, boolean keepArrived) {
        if (ended.isEmpty()) {
            ended = Optional.of(why);
        }
        List<CompletableFuture<Tensor>> failed = new ArrayList<>(waiting);
        waiting.clear();
        for (Filling filling : transfers.values()) {
            filling.tensor.close();
            filling.receive.ifPresent(failed::add);
        }
        target = target.filter(filling -> filling.receive.isEmpty());
        transfers.clear();
        if (!keepArrived) {
            discarding = true;
            target.ifPresent(filling -> filling.tensor.close());
            target = Optional.empty();
            arrived.forEach(arrival -> arrival.tensor().ifPresent(Tensor::close));
            arrived.clear();
        }
        failed.forEach(receive -> receive.completeExceptionally(why));
    }
}
