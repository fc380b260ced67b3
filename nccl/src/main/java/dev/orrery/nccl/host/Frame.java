package dev.orrery.nccl.host;

import dev.orrery.tensor.DataType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * What a data connection carries: a u16 length, a head of that length, and for some kinds a payload behind it. Big-endian
 * but for the tensors' own bytes.
 */
sealed interface Frame {
    int MAX_HEAD_BYTES = 32 + Long.BYTES * TensorHeader.MAX_DIMENSIONS;
    int LENGTH_BYTES = Short.BYTES;
    /** A type's code is its place here. */
    List<DataType> TYPES = List.of(
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

    /** A small tensor; its bytes follow at once. */
    record Eager(long number, TensorHeader tensor) implements Frame {}

    /** A large tensor, whose bytes wait for {@link Ready}. */
    record Offer(long number, TensorHeader tensor) implements Frame {}

    /** Memory for the tensor of that number is there. */
    record Ready(long number) implements Frame {}

    /** The next {@code length} bytes of that tensor follow. */
    record Chunk(long number, int length) implements Frame {}

    /** The receiver took messages that had used up so much of the sender's credit. */
    record Credit(long bytes) implements Frame {}

    /**
     * The sender ends in good order; nothing follows.
     *
     * @param receives whether it still takes what the other side sends
     */
    record End(boolean receives) implements Frame {}

    private int kind() {
        if (this instanceof Eager) {
            return 1;
        } else if (this instanceof Offer) {
            return 2;
        } else if (this instanceof Ready) {
            return 3;
        } else if (this instanceof Chunk) {
            return 4;
        } else if (this instanceof Credit) {
            return 5;
        }
        return 6;
    }

    /** The frame without its payload. */
    default ByteBuf encode(ByteBufAllocator allocator) {
        ByteBuf out = allocator.buffer();
        out.writeShort(0).writeByte(kind());
        if (this instanceof Eager eager) {
            encode(out, eager.number(), eager.tensor());
        } else if (this instanceof Offer offer) {
            encode(out, offer.number(), offer.tensor());
        } else if (this instanceof Ready ready) {
            out.writeLong(ready.number());
        } else if (this instanceof Chunk chunk) {
            out.writeLong(chunk.number()).writeInt(chunk.length());
        } else if (this instanceof Credit credit) {
            out.writeLong(credit.bytes());
        } else if (this instanceof End end) {
            out.writeBoolean(end.receives());
        }
        return out.setShort(0, out.readableBytes() - LENGTH_BYTES);
    }

    private static void encode(ByteBuf out, long number, TensorHeader tensor) {
        out.writeLong(number);
        out.writeByte(TYPES.indexOf(tensor.dataType()));
        out.writeLong(tensor.byteSize());
        out.writeByte(tensor.shape().size());
        tensor.shape().forEach(out::writeLong);
    }

    /** @param head the whole head, without the length before it */
    static Frame decode(ByteBuf head) throws BadFrameException {
        try {
            int kind = head.readUnsignedByte();
            Frame frame = decode(kind, head);
            if (head.isReadable()) {
                throw BadFrameException.malformed("a frame of kind " + kind + " with more bytes than it needs");
            }
            return frame;
        } catch (IndexOutOfBoundsException e) {
            throw BadFrameException.malformed("a frame with fewer bytes than it needs");
        }
    }

    private static Frame decode(int kind, ByteBuf head) throws BadFrameException {
        return switch (kind) {
            case 1 -> new Eager(head.readLong(), tensor(head));
            case 2 -> new Offer(head.readLong(), tensor(head));
            case 3 -> new Ready(head.readLong());
            case 4 -> new Chunk(head.readLong(), positive(head.readInt()));
            case 5 -> new Credit(head.readLong());
            case 6 -> new End(head.readBoolean());
            default -> throw BadFrameException.malformed("a frame of the unknown kind " + kind);
        };
    }

    private static int positive(int length) throws BadFrameException {
        if (length <= 0) {
            throw BadFrameException.malformed("a chunk of " + length + " bytes");
        }
        return length;
    }

    private static TensorHeader tensor(ByteBuf head) throws BadFrameException {
        int type = head.readUnsignedByte();
        if (type >= TYPES.size()) {
            throw BadFrameException.malformed("a tensor of the unknown type " + type);
        }
        long byteSize = head.readLong();
        int dimensions = head.readUnsignedByte();
        List<Long> shape = new ArrayList<>(dimensions);
        for (int i = 0; i < dimensions; i++) {
            shape.add(head.readLong());
        }
        TensorHeader tensor = new TensorHeader(TYPES.get(type), shape, byteSize);
        if (!tensor.isConsistent()) {
            throw BadFrameException.malformed("a tensor that cannot be: " + tensor);
        }
        return tensor;
    }
}
