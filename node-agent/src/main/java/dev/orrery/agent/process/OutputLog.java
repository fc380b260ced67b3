package dev.orrery.agent.process;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The file that a worker's output is appended to. */
public record OutputLog(Path file) {
    private static final int TAIL_BYTES = 4_096;
    private static final int TAIL_LINES = 20;

    /**
     * Moves what was written to {@code output.log.1} when there is more than {@code limit}. The worker notices nothing: it
     * appends, now at the start. What it writes between copy and cut is lost.
     */
    public boolean limitTo(long limit) throws IOException {
        try {
            if (Files.size(file) <= limit) {
                return false;
            }
        } catch (NoSuchFileException e) {
            return false;
        }
        Path copy = file.resolveSibling(file.getFileName() + ".1.new");
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        Files.move(copy, before(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /** What was cut last. */
    private Path before() {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    /** Another one after each cut: when that was, or 1 when it was not cut yet. */
    private long number() throws IOException {
        try {
            return Files.getLastModifiedTime(before(), LinkOption.NOFOLLOW_LINKS)
                    .to(TimeUnit.NANOSECONDS);
        } catch (NoSuchFileException e) {
            return 1;
        }
    }

    /**
     * What the range names, of at most so many bytes; without data where the log ends at its offset. Throws LOG_CUT when the log
     * is another one than the range is of, or shorter, and NOT_FOUND when it is no file, however the worker managed that. Nobody
     * may cut it meanwhile.
     */
    public LogPiece read(LogRange range, int mostBytes) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw OrreryException.of(ErrorCode.NOT_FOUND, file + " is not a plain file, so it is not read");
        }
        long number = number();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long size = channel.size();
            long offset = range.getOffset() < 0 ? Math.max(0, size - mostBytes) : range.getOffset();
            if (offset > size || (range.getLog() != 0 && range.getLog() != number)) {
                throw OrreryException.of(
                        ErrorCode.LOG_CUT,
                        "%s was cut since it was read last, and has %d bytes now; what was there before lies in %s, if it is no older"
                                .formatted(file, size, before()));
            }
            return LogPiece.newBuilder()
                    .setLife(range.getLife())
                    .setLog(number)
                    .setOffset(offset)
                    .setData(readAt(channel, offset, (int) Math.min(size - offset, mostBytes)))
                    .setSize(size)
                    .build();
        }
    }

    /** So many bytes, or what there is of them. */
    private static ByteString readAt(FileChannel channel, long at, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at + bytes.position());
            if (read < 0) {
                break;
            }
        }
        return ByteString.copyFrom(bytes.flip());
    }

    /** The last lines, for an error message; empty when there are none. */
    public String tail() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            int count = (int) Math.min(size, TAIL_BYTES);
            String text = readAt(channel, size - count, count).toStringUtf8();
            List<String> lines = text.lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
