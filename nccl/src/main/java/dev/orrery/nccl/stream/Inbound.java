package dev.orrery.nccl.stream;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.stream.Matching.Arrival;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What one member receives from another: holds small messages that nobody received yet, and lets most of a large one come
 * only when somebody does. Used by the stream's thread only, but for {@link #receive}.
 */
final class Inbound {
    private final long maxTensorBytes;
    private final Consumer<Frame> reply;
    private final Matching matching = new Matching();
    /** Large ones that somebody receives. */
    private final Map<Long, Filling> transfers = new HashMap<>();
    /** The beginnings of large ones that nobody receives yet. */
    private final Map<Long, Filling> beginnings = new HashMap<>();

    private Optional<Filling> target = Optional.empty();
    private boolean discarding;
    private long progress;

    /** @param reply sends to the peer; called on any thread */
    Inbound(long maxTensorBytes, Consumer<Frame> reply) {
        this.maxTensorBytes = maxTensorBytes;
        this.reply = reply;
    }

    /**
     * Any thread: a small message that has come already is taken at once.
     *
     * @return a large one that has begun to come, to be received with {@link #begin}
     */
    Optional<Arrival> receive(Reception reception) throws MismatchException {
        Optional<Arrival> next = matching.receive(reception);
        if (next.isPresent() && next.get().held().isPresent()) {
            deliver(next.get(), reception);
            return Optional.empty();
        }
        return next;
    }

    private void deliver(Arrival arrival, Reception reception) throws MismatchException {
        try {
            reception.deliver(arrival.envelope(), arrival.held().orElseThrow());
        } catch (MismatchException e) {
            matching.giveBack(reception);
            throw e;
        }
        giveCredit(arrival.envelope());
    }

    private void giveCredit(Envelope envelope) {
        long credit = matching.take(Flow.cost(envelope));
        if (credit > 0) {
            reply.accept(new Frame.Credit(credit));
        }
    }

    /** From now on a large message goes where it is received. */
    void begin(Arrival arrival, Reception reception) throws MismatchException {
        Optional<OrreryException> ended = matching.ended();
        if (ended.isPresent()) {
            reception.fail(ended.get());
            return;
        }
        Filling filling = received(arrival.number(), arrival.envelope(), reception);
        Filling beginning = beginnings.remove(arrival.number());
        if (beginning != null) {
            filling.goOnFrom(beginning);
            target = target.map(now -> now == beginning ? filling : now);
        }
        transfers.put(arrival.number(), filling);
        reply.accept(new Frame.Ready(arrival.number()));
    }

    private Filling received(long number, Envelope envelope, Reception reception) throws MismatchException {
        Filling filling;
        try {
            filling = Filling.received(number, envelope, reception);
        } catch (MismatchException e) {
            matching.giveBack(reception);
            throw e;
        }
        giveCredit(envelope);
        return filling;
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
        Optional<Reception> reception = matching.next();
        if (reception.isEmpty()) {
            return Filling.held(number, envelope);
        }
        Filling filling = received(number, envelope, reception.get());
        transfers.put(number, filling);
        return filling;
    }

    void onOffer(Frame.Offer offer) throws BadMessageException, MismatchException {
        Envelope envelope = offer.message();
        if (Flow.isEager(envelope)) {
            throw BadMessageException.malformed("an offer of a message that is too small for that: " + envelope);
        }
        hold(envelope);
        if (discarding) {
            return;
        }
        Arrival arrival = new Arrival(offer.number(), envelope, Optional.empty());
        Optional<Reception> reception = matching.arrive(arrival);
        if (reception.isPresent()) {
            begin(arrival, reception.get());
        } else {
            beginnings.put(offer.number(), Filling.beginning(offer.number(), envelope));
        }
    }

    private void hold(Envelope envelope) throws BadMessageException {
        if (envelope.tensorBytes() > maxTensorBytes) {
            throw new BadMessageException(
                    "TENSOR_TOO_LARGE", "a tensor larger than the limit of " + maxTensorBytes + " bytes: " + envelope);
        }
        matching.hold(Flow.cost(envelope));
    }

    /** Returns how many bytes follow. */
    long onChunk(Frame.Chunk chunk) throws BadMessageException {
        Optional<Filling> filling = Optional.ofNullable(transfers.get(chunk.number()))
                .or(() -> Optional.ofNullable(beginnings.get(chunk.number())));
        if (filling.isEmpty() && matching.ended().isEmpty()) {
            throw BadMessageException.malformed("a part of message " + chunk.number() + ", which nobody receives");
        }
        if (filling.isPresent() && chunk.length() > filling.get().left()) {
            throw BadMessageException.malformed("more of message " + chunk.number() + " than is to come now");
        }
        target = filling;
        return chunk.length();
    }

    void onPayload(ByteBuf in, int length) {
        progress += length;
        if (target.isEmpty()) {
            in.skipBytes(length);
        } else {
            target.get().take(in, length);
        }
    }

    OptionalLong payloadAddress() {
        return target.isEmpty() ? OptionalLong.empty() : target.get().address();
    }

    void onPlaced(int length) {
        progress += length;
        target.orElseThrow().placed(length);
    }

    void onPayloadEnd() throws MismatchException {
        if (target.isEmpty()) {
            return;
        }
        Filling filling = target.get();
        target = Optional.empty();
        if (filling.held().isPresent()) {
            Arrival arrival = new Arrival(filling.number(), filling.envelope(), filling.held());
            Optional<Reception> reception = matching.arrive(arrival);
            if (reception.isPresent()) {
                deliver(arrival, reception.get());
            }
        } else if (filling.reception().isPresent() && filling.left() == 0) {
            transfers.remove(filling.number());
            filling.reception().get().complete();
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
        List<Reception> failed = new ArrayList<>();
        transfers.values().forEach(filling -> filling.reception().ifPresent(failed::add));
        transfers.clear();
        beginnings.values().forEach(Filling::release);
        beginnings.clear();
        failed.addAll(matching.end(why, keepArrived));
        discarding |= !keepArrived;
        Optional<Filling> stillHeld = target.filter(filling -> filling.held().isPresent());
        if (discarding) {
            stillHeld.ifPresent(Filling::release);
        }
        target = discarding ? Optional.empty() : stillHeld;
        failed.forEach(reception -> reception.fail(why));
    }
}
