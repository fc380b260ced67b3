package dev.orrery.nccl.stream;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.transfer.BadMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one member has to send to another: in order, small messages at once within the receiver's credit, large ones when
 * the receiver is ready, and never more into the channel than it takes. Used by the connection's thread only.
 */
final class Outbound {
    private static final int BATCH_BYTES = 64 << 10;

    private record Transfer(long number, SendOperation operation) {}

    /** In the order of the calls; not announced yet. */
    private final Deque<SendOperation> queue = new ArrayDeque<>();

    private final Map<Long, SendOperation> offered = new HashMap<>();
    private final Deque<Transfer> transfers = new ArrayDeque<>();
    /** All that did not end, also those that wait only for the transport. */
    private final Set<SendOperation> open = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Copies of small messages, with their heads, that go to the channel together. */
    private Optional<ByteBuf> batch = Optional.empty();

    private long nextNumber;
    private long credit = Flow.WINDOW_BYTES;
    private int pendingWrites;
    private long progress;

    void add(SendOperation operation) {
        queue.add(operation);
        open.add(operation);
    }

    void onCredit(long bytes) throws BadMessageException {
        credit += bytes;
        if (bytes <= 0 || credit > Flow.WINDOW_BYTES) {
            throw BadMessageException.malformed("a credit of " + bytes + " bytes that it does not owe");
        }
    }

    /** Returns whether something of that number was offered. */
    boolean onReady(long number) {
        SendOperation operation = offered.remove(number);
        if (operation == null) {
            return false;
        }
        transfers.add(new Transfer(number, operation));
        return true;
    }

    /** Nothing waits to be handed to the transport. */
    boolean isIdle() {
        return queue.isEmpty() && offered.isEmpty() && transfers.isEmpty();
    }

    /** Something should be moving. */
    boolean isMoving() {
        return pendingWrites > 0;
    }

    /** Grows as the peer's host takes bytes. */
    long progress() {
        return progress;
    }

    /**
     * Hands over as much as the channel takes, messages and chunks of large tensors by turns. Throws when a tensor was
     * closed under its transfer.
     */
    void pump(ChannelHandlerContext ctx) throws BadMessageException {
        boolean moved = true;
        while (moved && ctx.channel().isWritable()) {
            moved = message(ctx);
            moved |= chunk(ctx);
        }
        writeBatch(ctx);
    }

    private boolean message(ChannelHandlerContext ctx) throws BadMessageException {
        SendOperation operation = queue.peek();
        if (operation == null || Flow.cost(operation.envelope()) > credit) {
            return false;
        }
        queue.remove();
        if (operation.isGone()) {
            open.remove(operation);
            operation.fail(OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "the tensor was closed before it was sent: " + operation.envelope()));
            return true;
        }
        credit -= Flow.cost(operation.envelope());
        long number = nextNumber++;
        if (Flow.isEager(operation.envelope())) {
            eager(ctx, number, operation);
        } else {
            offered.put(number, operation);
            control(ctx, new Frame.Offer(number, operation.envelope()), () -> {});
            part(ctx, number, operation, (int) Flow.EAGER_BYTES);
        }
        return true;
    }

    private void eager(ChannelHandlerContext ctx, long number, SendOperation operation) throws BadMessageException {
        Frame frame = new Frame.Eager(number, operation.envelope());
        int size = (int) operation.envelope().byteSize();
        if (size > Flow.COPIED_BYTES) {
            control(ctx, frame, () -> {});
            payload(ctx, operation, size);
            return;
        }
        if (batch.isPresent() && batch.get().writableBytes() < Frame.LENGTH_BYTES + Frame.MAX_HEAD_BYTES + size) {
            writeBatch(ctx);
        }
        if (batch.isEmpty()) {
            batch = Optional.of(ctx.alloc().directBuffer(BATCH_BYTES));
        }
        frame.encodeTo(batch.get());
        batch.get().writeBytes(operation.next(size));
        operation.began(size);
        operation.ended(true);
        open.remove(operation);
    }

    private void writeBatch(ChannelHandlerContext ctx) {
        if (batch.isPresent()) {
            ByteBuf bytes = batch.get();
            batch = Optional.empty();
            pendingWrites++;
            Wire.write(ctx, bytes, written -> {
                pendingWrites--;
                progress++;
            });
        }
    }

    private boolean chunk(ChannelHandlerContext ctx) throws BadMessageException {
        Transfer transfer = transfers.peek();
        if (transfer == null) {
            return false;
        }
        SendOperation operation = transfer.operation();
        part(ctx, transfer.number(), operation, (int) Math.min(Flow.CHUNK_BYTES, operation.left()));
        if (operation.left() == 0) {
            transfers.remove();
        }
        return true;
    }

    private void part(ChannelHandlerContext ctx, long number, SendOperation operation, int size)
            throws BadMessageException {
        control(ctx, new Frame.Chunk(number, size), () -> {});
        payload(ctx, operation, size);
    }

    private void payload(ChannelHandlerContext ctx, SendOperation operation, int size) throws BadMessageException {
        if (operation.isGone()) {
            throw new BadMessageException("tensor", "what was closed while it was being sent: " + operation.envelope());
        }
        writeBatch(ctx);
        ByteBuf bytes = Unpooled.wrappedBuffer(operation.next(size));
        operation.began(size);
        pendingWrites++;
        Wire.write(ctx, bytes, written -> ended(operation, written));
    }

    private void ended(SendOperation operation, boolean written) {
        pendingWrites--;
        progress++;
        operation.ended(written);
        if (operation.isOver()) {
            open.remove(operation);
        }
    }

    /** Writes a frame without a payload; {@code then} follows when it is with the transport. */
    void control(ChannelHandlerContext ctx, Frame frame, Runnable then) {
        writeBatch(ctx);
        pendingWrites++;
        Wire.write(ctx, frame.encode(ctx.alloc()), written -> {
            pendingWrites--;
            progress++;
            if (written) {
                then.run();
            }
        });
    }

    /** Each fails as soon as the transport does not use its memory any more. */
    void failAll(OrreryException why) {
        batch.ifPresent(ByteBuf::release);
        batch = Optional.empty();
        queue.clear();
        offered.clear();
        transfers.clear();
        List<SendOperation> all = new ArrayList<>(open);
        open.clear();
        all.forEach(operation -> operation.fail(why));
    }
}
