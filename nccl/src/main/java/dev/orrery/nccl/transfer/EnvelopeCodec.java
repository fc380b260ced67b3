package dev.orrery.nccl.transfer;

import dev.orrery.nccl.transfer.Envelope.Sent;
import dev.orrery.nccl.transfer.Envelope.Step;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.Optional;

/** Envelopes as words of eight bytes, which every transport carries. The first tells how many follow. */
public final class EnvelopeCodec {
    public static final int MAX_WORDS = 2 + TensorHeader.MAX_DIMENSIONS;
    /** A type's code is its place here. */
    public static final List<DataType> TYPES = List.of(
            DataType.FP16,
            DataType.BF16,
            DataType.FP32,
            DataType.FP64,
            DataType.INT8,
            DataType.INT16,
            DataType.INT32,
            DataType.INT64,
            DataType.UINT8,
            DataType.BOOL,
            DataType.BYTES);

    private static final int SENT = 1;
    private static final int STEP = 2;
    private static final int STEP_WORDS = 5;
    private static final int TAG_SHIFT = 56;
    private static final int KIND_SHIFT = 48;
    private static final int REDUCTION_SHIFT = 40;
    private static final int TYPE_SHIFT = 32;
    private static final int BYTE = 0xff;
    private static final List<CollectiveKind> KINDS = List.of(CollectiveKind.values());
    private static final List<ReduceOperation> REDUCTIONS = List.of(ReduceOperation.values());

    private EnvelopeCodec() {}

    /** How many words that envelope has. */
    public static int words(Envelope envelope) {
        return envelope instanceof Sent sent ? 2 + sent.tensor().shape().size() : STEP_WORDS;
    }

    /** Returns how many words it put into {@code words}, which has room for them. */
    public static int encode(Envelope envelope, long[] words) {
        return envelope instanceof Sent sent ? encode(sent.tensor(), words) : encode((Step) envelope, words);
    }

    private static int encode(TensorHeader tensor, long[] words) {
        List<Long> shape = tensor.shape();
        words[0] = (long) SENT << TAG_SHIFT | (long) code(tensor.dataType()) << TYPE_SHIFT | shape.size();
        words[1] = tensor.byteSize();
        for (int i = 0; i < shape.size(); i++) {
            words[2 + i] = shape.get(i);
        }
        return 2 + shape.size();
    }

    private static int encode(Step step, long[] words) {
        Call call = step.call();
        long reduction = call.reduction().isPresent()
                ? REDUCTIONS.indexOf(call.reduction().get()) + 1L
                : 0;
        words[0] = (long) STEP << TAG_SHIFT
                | (long) KINDS.indexOf(call.kind()) << KIND_SHIFT
                | reduction << REDUCTION_SHIFT
                | (long) code(call.dataType()) << TYPE_SHIFT
                | call.root();
        words[1] = step.byteSize();
        words[2] = call.sequence();
        words[3] = call.byteSize();
        words[4] = step.number();
        return STEP_WORDS;
    }

    private static int code(DataType type) {
        return TYPES.indexOf(type);
    }

    /** How many words an envelope has that begins with this one. */
    public static int words(long first) throws BadMessageException {
        int tag = (int) (first >>> TAG_SHIFT);
        int low = (int) first;
        if (tag == SENT && low >= 0 && low <= TensorHeader.MAX_DIMENSIONS) {
            return 2 + low;
        } else if (tag == STEP) {
            return STEP_WORDS;
        }
        throw BadMessageException.malformed("a message that begins with " + Long.toHexString(first));
    }

    /** @param words as many as {@link #words} told, of an envelope or more */
    public static Envelope decode(long[] words) throws BadMessageException {
        long first = words[0];
        int type = (int) (first >>> TYPE_SHIFT) & BYTE;
        if (type >= TYPES.size()) {
            throw BadMessageException.malformed("a tensor of the unknown type " + type);
        }
        return (int) (first >>> TAG_SHIFT) == SENT ? sent(TYPES.get(type), words) : step(TYPES.get(type), words);
    }

    private static Envelope sent(DataType type, long[] words) throws BadMessageException {
        int dimensions = (int) words[0];
        Long[] shape = new Long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = words[2 + i];
        }
        TensorHeader tensor = new TensorHeader(type, List.of(shape), words[1]);
        if (!tensor.isConsistent()) {
            throw BadMessageException.malformed("a tensor that cannot be: " + tensor);
        }
        return new Sent(tensor);
    }

    private static Envelope step(DataType type, long[] words) throws BadMessageException {
        int kind = (int) (words[0] >>> KIND_SHIFT) & BYTE;
        int reduction = (int) (words[0] >>> REDUCTION_SHIFT) & BYTE;
        if (kind >= KINDS.size() || reduction > REDUCTIONS.size() || words[1] < 0) {
            throw BadMessageException.malformed("a step that cannot be: " + Long.toHexString(words[0]));
        }
        Optional<ReduceOperation> combined =
                reduction == 0 ? Optional.empty() : Optional.of(REDUCTIONS.get(reduction - 1));
        Call call = new Call(words[2], KINDS.get(kind), combined, (int) words[0], type, words[3]);
        return new Step(call, (int) words[4], words[1]);
    }
}
