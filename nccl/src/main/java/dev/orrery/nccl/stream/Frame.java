package dev.orrery.nccl.stream;

import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.EnvelopeCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What a stream carries: a u16 length, a head of that length, and for some kinds a payload behind it. Big-endian but for
 * the tensors' own bytes.
 */
sealed interface Frame {
    int MAX_HEAD_BYTES = 16 + Long.BYTES * EnvelopeCodec.MAX_WORDS;
    int LENGTH_BYTES = Short.BYTES;

    /** A small message; its bytes follow at once. */
    record Eager(long number, Envelope message) implements Frame {}

    /** A large message; its first bytes follow in a chunk, and the others wait for {@link Ready}. */
    record Offer(long number, Envelope message) implements Frame {}

    /** There is a place for the message of that number. */
    record Ready(long number) implements Frame {}

    /** The next {@code length} bytes of that message follow. */
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
        encodeTo(out);
        return out;
    }

    /** Appends the frame without its payload. */
    default void encodeTo(ByteBuf out) {
        int start = out.writerIndex();
        out.writeShort(0).writeByte(kind());
        if (this instanceof Eager eager) {
            encode(out, eager.number(), eager.message());
        } else if (this instanceof Offer offer) {
            encode(out, offer.number(), offer.message());
        } else if (this instanceof Ready ready) {
            out.writeLong(ready.number());
        } else if (this instanceof Chunk chunk) {
            out.writeLong(chunk.number()).writeInt(chunk.length());
        } else if (this instanceof Credit credit) {
            out.writeLong(credit.bytes());
        } else if (this instanceof End end) {
            out.writeBoolean(end.receives());
        }
        out.setShort(start, out.writerIndex() - start - LENGTH_BYTES);
    }

    private static void encode(ByteBuf out, long number, Envelope message) {
        out.writeLong(number);
        long[] words = new long[EnvelopeCodec.words(message)];
        EnvelopeCodec.encode(message, words);
        for (long word : words) {
            out.writeLong(word);
        }
    }

    /** @param head the whole head, without the length before it */
    static Frame decode(ByteBuf head) throws BadMessageException {
        try {
            int kind = head.readUnsignedByte();
            Frame frame = decode(kind, head);
            if (head.isReadable()) {
                throw BadMessageException.malformed("a frame of kind " + kind + " with more bytes than it needs");
            }
            return frame;
        } catch (IndexOutOfBoundsException e) {
            throw BadMessageException.malformed("a frame with fewer bytes than it needs");
        }
    }

    private static Frame decode(int kind, ByteBuf head) throws BadMessageException {
        return switch (kind) {
            case 1 -> new Eager(head.readLong(), envelope(head));
            case 2 -> new Offer(head.readLong(), envelope(head));
            case 3 -> new Ready(head.readLong());
            case 4 -> new Chunk(head.readLong(), positive(head.readInt()));
            case 5 -> new Credit(head.readLong());
            case 6 -> new End(head.readBoolean());
            default -> throw BadMessageException.malformed("a frame of the unknown kind " + kind);
        };
    }

    private static int positive(int length) throws BadMessageException {
        if (length <= 0) {
            throw BadMessageException.malformed("a chunk of " + length + " bytes");
        }
        return length;
    }

    private static Envelope envelope(ByteBuf head) throws BadMessageException {
        long[] words = new long[EnvelopeCodec.words(head.getLong(head.readerIndex()))];
        for (int i = 0; i < words.length; i++) {
            words[i] = head.readLong();
        }
        return EnvelopeCodec.decode(words);
    }
}
