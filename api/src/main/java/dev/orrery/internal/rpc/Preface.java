package dev.orrery.internal.rpc;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The eight bytes that begin a connection in both directions: ORRERY and a version. */
final class Preface {
    static final int LENGTH = 8;
    private static final byte[] MAGIC = "ORRERY".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    private Preface() {}

    static void write(ByteBuf out) {
        out.writeBytes(MAGIC).writeShort(VERSION);
    }

    /** What is wrong with the bytes so far; looks at what is there and consumes nothing. */
    static Optional<String> mismatch(ByteBuf in) {
        int readable = Math.min(in.readableBytes(), MAGIC.length);
        for (int i = 0; i < readable; i++) {
            if (in.getByte(in.readerIndex() + i) != MAGIC[i]) {
                return Optional.of("not Orrery's protocol" + (looksLikeHttp(in) ? " (looks like HTTP)" : "")
                        + (looksLikeTls(in) ? " (looks like TLS)" : ""));
            }
        }
        if (in.readableBytes() >= LENGTH) {
            int version = in.getUnsignedShort(in.readerIndex() + MAGIC.length);
            if (version != VERSION) {
                return Optional.of("version " + version + " of Orrery's protocol, where " + VERSION + " is spoken");
            }
        }
        return Optional.empty();
    }

    private static boolean looksLikeHttp(ByteBuf in) {
        String start = in.toString(in.readerIndex(), Math.min(in.readableBytes(), 5), StandardCharsets.US_ASCII);
        return start.startsWith("GET ")
                || start.startsWith("POST")
                || start.startsWith("PUT ")
                || start.startsWith("HEAD")
                || start.startsWith("PRI ")
                || start.startsWith("HTTP");
    }

    private static boolean looksLikeTls(ByteBuf in) {
        return in.readableBytes() >= 2 && in.getByte(in.readerIndex()) == 0x16 && in.getByte(in.readerIndex() + 1) == 3;
    }
}
