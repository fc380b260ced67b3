package dev.orrery.internal.transfer;

import com.google.protobuf.UnsafeByteOperations;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.SegmentFile;
import dev.orrery.internal.memory.SegmentFile.Section;
import dev.orrery.internal.proto.FetchPieceRequest;
import dev.orrery.internal.proto.FetchPieceResponse;
import dev.orrery.internal.proto.ObjectCopied;
import dev.orrery.internal.proto.ObjectForgotten;
import dev.orrery.internal.proto.OpenObjectRequest;
import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.store.ValueStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Gives the values of a store to processes of other hosts, piece by piece: only what is in the store, by name. Thread-safe. */
final class ObjectServer {
    private final ValueStore store;
    private final Executor readers;
    private final HostCopies copies = new HostCopies();
    private final Set<RpcConnection> callers = ConcurrentHashMap.newKeySet();

    /** @param readers wait for the disk */
    ObjectServer(ValueStore store, Executor readers) {
        this.store = store;
        this.readers = readers;
    }

    RpcHandlers.Builder serve(RpcHandlers.Builder handlers) {
        return handlers.on(Protocol.OPEN_OBJECT, this::open)
                .on(Protocol.FETCH_PIECE, this::piece)
                .onNotice(Protocol.OBJECT_COPIED, this::copied);
    }

    private CompletableFuture<OpenObjectResponse> open(RpcConnection caller, OpenObjectRequest request) {
        if (callers.add(caller)) {
            var unused = caller.closed().thenAccept(why -> {
                callers.remove(caller);
                give(copies.left(caller));
            });
        }
        String name = request.getName();
        CompletableFuture<OpenObjectResponse> waiting = new CompletableFuture<>();
        copies.open(name, request.getHost(), caller, waiting).ifPresent(answer -> give(List.of(answer)));
        if (store.find(name).isEmpty()) {
            forget(name);
            throw notHere(name);
        }
        return waiting;
    }

    private static OrreryException notHere(String name) {
        return OrreryException.of(
                ErrorCode.NOT_FOUND, "value " + name + " is not kept here any more", Map.of("value", name));
    }

    /** Who has been told to fetch a value, and does not wait any more, passes it on. */
    private void give(List<HostCopies.Answer> answers) {
        for (HostCopies.Answer answer : answers) {
            if (!answer.give()) {
                give(copies.gaveUp(answer.name(), answer.caller()));
            }
        }
    }

    private void copied(RpcConnection caller, ObjectCopied notice) {
        give(
                notice.getPath().isEmpty()
                        ? copies.gaveUp(notice.getName(), caller)
                        : copies.copied(notice.getName(), caller, notice.getPath()));
    }

    private CompletableFuture<FetchPieceResponse> piece(RpcConnection caller, FetchPieceRequest request) {
        try {
            return CompletableFuture.supplyAsync(() -> read(request), readers);
        } catch (RejectedExecutionException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "the process that keeps values ends", e);
        }
    }

    private FetchPieceResponse read(FetchPieceRequest request) {
        int bytes = request.getBytes();
        if (bytes < 1 || bytes > Pieces.MOST_BYTES || request.getOffset() < 0) {
            throw OrreryException.of(
                    ErrorCode.PROTOCOL, "no piece has %d bytes from %d on".formatted(bytes, request.getOffset()));
        }
        Path file = store.find(request.getName()).orElseThrow(() -> notHere(request.getName()));
        ByteBuffer piece = ByteBuffer.allocate(bytes);
        try {
            SegmentFile.copyTo(file, new Section(request.getOffset(), bytes), List.of(piece));
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.OBJECT_LOST, "value " + request.getName() + " cannot be read in " + file + ": " + e, e);
        }
        return FetchPieceResponse.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(piece.array()))
                .setChecksum(Pieces.checksum(piece.array()))
                .build();
    }

    /** Nobody needs it any more: who has fetched it lets go of it, too. */
    void forget(String name) {
        HostCopies.Forgotten forgotten = copies.forget(name);
        ObjectForgotten notice = ObjectForgotten.newBuilder().setName(name).build();
        forgotten.openers().forEach(opener -> opener.notify(Protocol.OBJECT_FORGOTTEN, notice));
        forgotten.waiting().forEach(waiting -> waiting.completeExceptionally(notHere(name)));
    }
}
