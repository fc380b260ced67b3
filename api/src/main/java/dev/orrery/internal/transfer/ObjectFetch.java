package dev.orrery.internal.transfer;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.FetchPieceRequest;
import dev.orrery.internal.proto.FetchPieceResponse;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The bytes of one value on their way into a file of this host: a few pieces are under way at a time, and each is checked. What is not
 * whole in the end is removed, and never a value. Of one thread.
 */
final class ObjectFetch {
    /** What is asked for. */
    private record Piece(long offset, int bytes, CompletableFuture<FetchPieceResponse> answer) {}

    private final RpcConnection keeper;
    private final String name;
    private final long bytes;
    private final BooleanSupplier wanted;
    private final Deque<Piece> underWay = new ArrayDeque<>();
    private long asked;
    private long written;

    /** @param wanted asked before each piece */
    ObjectFetch(RpcConnection keeper, String name, long bytes, BooleanSupplier wanted) {
        this.keeper = keeper;
        this.name = name;
        this.bytes = bytes;
        this.wanted = wanted;
    }

    /**
     * Blocks until the file is whole. Throws CANCELLED (nobody wants it any more), PROTOCOL (a piece is not what was asked for), or what the
     * keeper or the connection failed with.
     */
    void copyTo(Path file) throws IOException {
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            while (written < bytes) {
                askForMore();
                Piece next = underWay.remove();
                write(channel, next, Answers.await(next.answer(), Pieces.DEADLINE, "piece of value " + name));
            }
            whole = true;
        } finally {
            underWay.forEach(piece -> piece.answer().cancel(true));
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void askForMore() {
        if (!wanted.getAsBoolean()) {
            throw OrreryException.of(ErrorCode.CANCELLED, "nobody waits for value " + name + " any more");
        }
        while (underWay.size() < Pieces.MOST_UNDER_WAY && asked < bytes) {
            int size = (int) Math.min(Pieces.MOST_BYTES, bytes - asked);
            FetchPieceRequest request = FetchPieceRequest.newBuilder()
                    .setName(name)
                    .setOffset(asked)
                    .setBytes(size)
                    .build();
            underWay.add(new Piece(asked, size, keeper.call(Protocol.FETCH_PIECE, request, Pieces.DEADLINE)));
            asked += size;
        }
    }

    private void write(FileChannel channel, Piece piece, FetchPieceResponse answer) throws IOException {
        ByteString data = answer.getData();
        if (data.size() != piece.bytes()) {
            throw OrreryException.of(
                    ErrorCode.PROTOCOL,
                    "%d bytes of value %s came instead of the %d from %d on"
                            .formatted(data.size(), name, piece.bytes(), piece.offset()));
        }
        byte[] copy = data.toByteArray();
        if (Pieces.checksum(copy) != answer.getChecksum()) {
            throw OrreryException.of(
                    ErrorCode.PROTOCOL,
                    "the %d bytes of value %s from %d on are not those that were sent"
                            .formatted(piece.bytes(), name, piece.offset()));
        }
        ByteBuffer left = ByteBuffer.wrap(copy);
        while (left.hasRemaining()) {
            channel.write(left);
        }
        written += piece.bytes();
    }

    /** So far. */
    long written() {
        return written;
    }
}
