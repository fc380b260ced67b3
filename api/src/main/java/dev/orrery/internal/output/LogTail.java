package dev.orrery.internal.output;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.List;
import java.util.function.Function;

/**
 * The end of a log.
 *
 * @param lines the last complete ones
 * @param begun the bytes after them
 * @param file which log it is, for what follows
 * @param offset where that ends, for what follows
 */
public record LogTail(List<String> lines, ByteString begun, long file, long offset) {
    private static final int PIECE = 64 * 1024;
    /** However long the lines are. */
    private static final int MOST_BYTES = 8 << 20;

    public LogTail {
        lines = List.copyOf(lines);
    }

    /**
     * Reads it backwards, piece by piece. Throws what the first piece failed with; the log may be cut while the others are read,
     * then there are fewer lines.
     *
     * @param reader answers one range, with an error or a piece
     */
    public static LogTail read(ActorLife life, int lines, Function<LogRange, LogPiece> reader) {
        LogPiece last = reader.apply(LogRange.newBuilder()
                .setLife(life)
                .setOffset(-1)
                .setMaxBytes(PIECE)
                .build());
        if (last.hasError()) {
            throw ErrorCodec.fromMessage(last.getError());
        }
        ByteString bytes = last.getData();
        long start = last.getOffset();
        // One more tells where the first of them begins.
        int missing = lines + 1 - ends(bytes);
        while (missing > 0 && start > 0 && bytes.size() < MOST_BYTES) {
            int size = (int) Math.min(start, PIECE);
            LogPiece before = reader.apply(LogRange.newBuilder()
                    .setLife(life)
                    .setLog(last.getLog())
                    .setOffset(start - size)
                    .setMaxBytes(size)
                    .build());
            if (before.hasError() || before.getData().size() != size) {
                break;
            }
            bytes = before.getData().concat(bytes);
            start -= size;
            missing -= ends(before.getData());
        }
        return of(bytes, start, lines, last);
    }

    private static LogTail of(ByteString bytes, long start, int lines, LogPiece last) {
        OutputLines parts = new OutputLines();
        if (start > 0) {
            parts.skip();
        }
        List<String> all = parts.take(bytes);
        return new LogTail(
                all.subList(Math.max(0, all.size() - lines), all.size()),
                parts.begun(),
                last.getLog(),
                last.getOffset() + last.getData().size());
    }

    private static int ends(ByteString bytes) {
        int count = 0;
        for (int i = 0; i < bytes.size(); i++) {
            if (bytes.byteAt(i) == '\n') {
                count++;
            }
        }
        return count;
    }
}
