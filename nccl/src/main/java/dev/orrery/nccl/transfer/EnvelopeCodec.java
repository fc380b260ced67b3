package dev.orrery.nccl.transfer;

import dev.orrery.nccl.transfer.Envelope.Offered;
import dev.orrery.nccl.transfer.Envelope.Sent;
import dev.orrery.nccl.transfer.Envelope.Step;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.Optional;

/** Envelopes as words of eight bytes, which every transport carries. The first tells how many follow. */
public final class EnvelopeCodec {
    public static final int MAX_WORDS = 3 + TensorHeader.MAX_DIMENSIONS;
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
    private static final int OFFERED = 3;
    private static final int STEP_WORDS = 5;
    private static final int SENT_WORDS = 2;
    /** In the byte of a step's kind. */
    private static final int ON_DEVICE = 0x80;

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
        if (envelope instanceof Sent sent) {
            return SENT_WORDS + sent.tensor().shape().size();
        } else if (envelope instanceof Offered offered) {
            return SENT_WORDS + offered.tensor().shape().size() + 1;
        }
        return STEP_WORDS;
    }

    /** Returns how many words it put into {@code words}, which has room for them. */
    public static int encode(Envelope envelope, long[] words) {
        if (envelope instanceof Sent sent) {
            return encode(SENT, sent.tensor(), words);
        } else if (envelope instanceof Offered offered) {
            int count = encode(OFFERED, offered.tensor(), words);
            words[count] = offered.number();
            return count + 1;
        }
        return encode((Step) envelope, words);
    }

    private static int encode(int tag, TensorHeader tensor, long[] words) {
        List<Long> shape = tensor.shape();
        words[0] = (long) tag << TAG_SHIFT | (long) code(tensor.dataType()) << TYPE_SHIFT | shape.size();
        words[1] = tensor.byteSize();
        for (int i = 0; i < shape.size(); i++) {
            words[SENT_WORDS + i] = shape.get(i);
        }
        return SENT_WORDS + shape.size();
    }

    private static int encode(Step step, long[] words) {
        Call call = step.call();
        long reduction = call.reduction().isPresent()
                ? REDUCTIONS.indexOf(call.reduction().get()) + 1L
                : 0;
        words[0] = (long) STEP << TAG_SHIFT
                | (long) (KINDS.indexOf(call.kind()) | (call.onDevice() ? ON_DEVICE : 0)) << KIND_SHIFT
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
        boolean hasShape = low >= 0 && low <= TensorHeader.MAX_DIMENSIONS;
        if (tag == SENT && hasShape) {
            return SENT_WORDS + low;
        } else if (tag == OFFERED && hasShape) {
            return SENT_WORDS + low + 1;
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
        return switch ((int) (first >>> TAG_SHIFT)) {
            case SENT -> new Sent(header(TYPES.get(type), words));
            case OFFERED -> offered(TYPES.get(type), words);
            default -> step(TYPES.get(type), words);
        };
    }

    private static Envelope offered(DataType type, long[] words) throws BadMessageException {
        return new Offered(header(type, words), words[SENT_WORDS + (int) words[0]]);
    }

    private static TensorHeader header(DataType type, long[] words) throws BadMessageException {
        int dimensions = (int) words[0];
        Long[] shape = new Long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = words[SENT_WORDS + i];
        }
        TensorHeader tensor = new TensorHeader(type, List.of(shape), words[1]);
        if (!tensor.isConsistent()) {
            throw BadMessageException.malformed("a tensor that cannot be: " + tensor);
        }
        return tensor;
    }

    private static Envelope step(DataType type, long[] words) throws BadMessageException {
        int kindAndPlace = (int) (words[0] >>> KIND_SHIFT) & BYTE;
        int kind = kindAndPlace & ~ON_DEVICE;
        int reduction = (int) (words[0] >>> REDUCTION_SHIFT) & BYTE;
        if (kind >= KINDS.size() || reduction > REDUCTIONS.size() || words[1] < 0) {
            throw BadMessageException.malformed("a step that cannot be: " + Long.toHexString(words[0]));
        }
        Optional<ReduceOperation> combined =
                reduction == 0 ? Optional.empty() : Optional.of(REDUCTIONS.get(reduction - 1));
        Call call = new Call(words[2], KINDS.get(kind), combined, (int) words[0], type, words[3], kindAndPlace != kind);
        return new Step(call, (int) words[4], words[1]);
    }
}
