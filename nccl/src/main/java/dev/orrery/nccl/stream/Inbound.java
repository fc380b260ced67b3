package dev.orrery.nccl.stream;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Held;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What one member receives from another: matches receives with messages in order, holds small messages that nobody
 * received yet, and lets large ones come only when somebody does. Used by the stream's thread only.
 */
final class Inbound {
    /** @param held present for a small one, whose bytes are here */
    private record Arrival(long number, Envelope envelope, Optional<Tensor> held) {}

    /** A message whose bytes come in: for a receive, or, when it is small, to be held. */
    private static final class Filling {
        private final long number;
        private final Envelope envelope;
        private final Landing landing;
        private final Optional<Tensor> held;
        private final Optional<Reception> reception;
        private long offset;

        private Filling(
                long number, Envelope envelope, Landing landing, Optional<Tensor> held, Optional<Reception> reception) {
            this.number = number;
            this.envelope = envelope;
            this.landing = landing;
            this.held = held;
            this.reception = reception;
        }

        static Filling received(long number, Envelope envelope, Reception reception) throws MismatchException {
            try {
                Landing landing = reception.accept(envelope);
                return new Filling(number, envelope, landing, Optional.empty(), Optional.of(reception));
            } catch (OutOfMemoryError e) {
                reception.fail(
                        OrreryException.of(ErrorCode.TENSOR_TOO_LARGE, "there is no memory to receive " + envelope, e));
                throw e;
            }
        }

        static Filling held(long number, Envelope envelope) {
            Tensor tensor = Held.allocate(envelope);
            return new Filling(number, envelope, Landing.at(tensor.address()), Optional.of(tensor), Optional.empty());
        }

        long left() {
            return envelope.byteSize() - offset;
        }
    }

    private final long maxTensorBytes;
    private final Consumer<Frame> reply;
    private final Deque<Arrival> arrived = new ArrayDeque<>();
    private final Deque<Reception> waiting = new ArrayDeque<>();
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

    void receive(Reception reception) throws MismatchException {
        Arrival next = arrived.peek();
        boolean canTake = next != null && (ended.isEmpty() || next.held().isPresent());
        if (canTake) {
            arrived.remove();
            match(next, reception);
        } else if (ended.isPresent()) {
            reception.fail(ended.get());
        } else {
            waiting.add(reception);
        }
    }

    private void match(Arrival arrival, Reception reception) throws MismatchException {
        giveCredit(Flow.cost(arrival.envelope()));
        try {
            if (arrival.held().isPresent()) {
                reception.deliver(arrival.envelope(), arrival.held().get());
            } else {
                transfers.put(arrival.number(), Filling.received(arrival.number(), arrival.envelope(), reception));
                reply.accept(new Frame.Ready(arrival.number()));
            }
        } catch (MismatchException e) {
            // It fails with the world, like all that wait.
            waiting.addFirst(reception);
            throw e;
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
    long onEager(Frame.Eager eager) throws BadMessageException, MismatchException {
        Envelope envelope = eager.message();
        if (!Flow.isEager(envelope)) {
            throw BadMessageException.malformed("a message at once that is too large for that: " + envelope);
        }
        hold(envelope);
        target = discarding ? Optional.empty() : Optional.of(place(eager.number(), envelope));
        return envelope.byteSize();
    }

    private Filling place(long number, Envelope envelope) throws MismatchException {
        Reception reception = waiting.peek();
        if (reception == null) {
            return Filling.held(number, envelope);
        }
        Filling filling = Filling.received(number, envelope, reception);
        waiting.remove();
        giveCredit(Flow.cost(envelope));
        transfers.put(number, filling);
        return filling;
    }

    void onOffer(Frame.Offer offer) throws BadMessageException, MismatchException {
        Envelope envelope = offer.message();
        if (Flow.isEager(envelope)) {
            throw BadMessageException.malformed("an offer of a message that is too small for that: " + envelope);
        }
        hold(envelope);
        if (!discarding) {
            arrive(new Arrival(offer.number(), envelope, Optional.empty()));
        }
    }

    private void arrive(Arrival arrival) throws MismatchException {
        Reception reception = waiting.poll();
        if (reception == null) {
            arrived.add(arrival);
        } else {
            match(arrival, reception);
        }
    }

    private void hold(Envelope envelope) throws BadMessageException {
        if (envelope.byteSize() > maxTensorBytes) {
            throw new BadMessageException(
                    "TENSOR_TOO_LARGE", "a tensor larger than the limit of " + maxTensorBytes + " bytes: " + envelope);
        }
        heldCredit += Flow.cost(envelope);
        if (heldCredit + takenCredit > Flow.WINDOW_BYTES) {
            throw BadMessageException.malformed("more than it has credit for");
        }
    }

    /** Returns how many bytes follow. */
    long onChunk(Frame.Chunk chunk) throws BadMessageException {
        Filling filling = transfers.get(chunk.number());
        if (filling == null && ended.isEmpty()) {
            throw BadMessageException.malformed("a part of message " + chunk.number() + ", which nobody receives");
        }
        if (filling != null && chunk.length() > filling.left()) {
            throw BadMessageException.malformed("more of message " + chunk.number() + " than it has");
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
        Payloads.take(in, length, filling.landing, filling.offset);
        filling.offset += length;
    }

    OptionalLong payloadAddress() {
        if (target.isEmpty()) {
            return OptionalLong.empty();
        }
        Filling filling = target.get();
        OptionalLong start = filling.landing.address();
        return start.isEmpty() ? start : OptionalLong.of(start.getAsLong() + filling.offset);
    }

    void onPlaced(int length) {
        progress += length;
        target.orElseThrow().offset += length;
    }

    void onPayloadEnd() throws MismatchException {
        if (target.isEmpty()) {
            return;
        }
        Filling filling = target.get();
        target = Optional.empty();
        if (filling.held.isPresent()) {
            arrive(new Arrival(filling.number, filling.envelope, filling.held));
        } else if (filling.left() == 0) {
            transfers.remove(filling.number);
            filling.reception.orElseThrow().complete();
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
     * @param keepArrived whether small messages that have arrived, or still arrive, can be received
     */
    void end(OrreryException why, boolean keepArrived) {
        if (ended.isEmpty()) {
            ended = Optional.of(why);
        }
        List<Reception> failed = new ArrayList<>();
        transfers.values().forEach(filling -> filling.reception.ifPresent(failed::add));
        failed.addAll(waiting);
        waiting.clear();
        target = target.filter(filling -> filling.reception.isEmpty());
        transfers.clear();
        if (!keepArrived) {
            discarding = true;
            target.flatMap(filling -> filling.held).ifPresent(Tensor::close);
            target = Optional.empty();
            arrived.forEach(arrival -> arrival.held().ifPresent(Tensor::close));
            arrived.clear();
        }
        failed.forEach(reception -> reception.fail(why));
    }
}
