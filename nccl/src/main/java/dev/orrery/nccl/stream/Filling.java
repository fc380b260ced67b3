package dev.orrery.nccl.stream;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Held;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message whose bytes come in: for a receive; or, while there is none, a small one that is held, or what is sent at once of
 * a large one. Used by the stream's thread only.
 */
final class Filling {
    private final long number;
    private final Envelope envelope;
    private final long byteSize;
    private final Landing landing;
    private final Optional<Reception> reception;
    private final Optional<Tensor> held;
    private final Optional<MemoryBlock> beginning;
    private long offset;

    private Filling(
            long number,
            Envelope envelope,
            long byteSize,
            Landing landing,
            Optional<Reception> reception,
            Optional<Tensor> held,
            Optional<MemoryBlock> beginning) {
        this.number = number;
        this.envelope = envelope;
        this.byteSize = byteSize;
        this.landing = landing;
        this.reception = reception;
        this.held = held;
        this.beginning = beginning;
    }

    /** Throws OutOfMemoryError too, and then the receive has failed. */
    static Filling received(long number, Envelope envelope, Reception reception) throws MismatchException {
        try {
            Landing landing = reception.accept(envelope);
            return new Filling(
                    number,
                    envelope,
                    envelope.byteSize(),
                    landing,
                    Optional.of(reception),
                    Optional.empty(),
                    Optional.empty());
        } catch (OutOfMemoryError e) {
            reception.fail(
                    OrreryException.of(ErrorCode.TENSOR_TOO_LARGE, "there is no memory to receive " + envelope, e));
            throw e;
        }
    }

    static Filling held(long number, Envelope envelope) {
        Tensor tensor = Held.allocate(envelope);
        return new Filling(
                number,
                envelope,
                envelope.byteSize(),
                Landing.at(tensor.address()),
                Optional.empty(),
                Optional.of(tensor),
                Optional.empty());
    }

    static Filling beginning(long number, Envelope envelope) {
        long byteSize = Flow.sentAtOnce(envelope);
        MemoryBlock block = MemoryPool.shared().allocate(byteSize);
        return new Filling(
                number,
                envelope,
                byteSize,
                Landing.at(block.address()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(block));
    }

    long number() {
        return number;
    }

    Envelope envelope() {
        return envelope;
    }

    Optional<Reception> reception() {
        return reception;
    }

    Optional<Tensor> held() {
        return held;
    }

    long left() {
        return byteSize - offset;
    }

    void take(ByteBuf in, int length) {
        Payloads.take(in, length, landing, offset);
        offset += length;
    }

    /** Where the next bytes may be written directly. */
    OptionalLong address() {
        OptionalLong start = landing.address();
        return start.isEmpty() ? start : OptionalLong.of(start.getAsLong() + offset);
    }

    void placed(int length) {
        offset += length;
    }

    /** Takes over what came before there was a receive. */
    void goOnFrom(Filling before) {
        landing.take(before.beginning.orElseThrow().address(), 0, before.offset);
        offset = before.offset;
        before.release();
    }

    /** Its bytes are not wanted any more; for one without a receive. */
    void release() {
        held.ifPresent(Tensor::close);
        beginning.ifPresent(MemoryBlock::release);
    }
}
