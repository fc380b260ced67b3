package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.port.Wire;
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
import java.util.Set;

/**
 * What one member has to send to another: in order, small tensors at once within the receiver's credit, large ones when
 * the receiver is ready, and never more into the channel than it takes. Used by the connection's thread only.
 */
final class Outbound {
    private record Transfer(long number, SendOperation operation) {}

    /** In the order of the calls; not announced yet. */
    private final Deque<SendOperation> queue = new ArrayDeque<>();

    private final Map<Long, SendOperation> offered = new HashMap<>();
    private final Deque<Transfer> transfers = new ArrayDeque<>();
    /** All that did not end, also those that wait only for the transport. */
    private final Set<SendOperation> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private long nextNumber;
    private long credit = Flow.WINDOW_BYTES;
    private int pendingWrites;
    private long progress;

    void add(SendOperation operation) {
        queue.add(operation);
        open.add(operation);
    }

    void onCredit(long bytes) throws BadFrameException {
        credit += bytes;
        if (bytes <= 0 || credit > Flow.WINDOW_BYTES) {
            throw BadFrameException.malformed("a credit of " + bytes + " bytes that it does not owe");
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
    void pump(ChannelHandlerContext ctx) throws BadFrameException {
        boolean moved = true;
        while (moved && ctx.channel().isWritable()) {
            moved = message(ctx);
            moved |= chunk(ctx);
        }
    }

    private boolean message(ChannelHandlerContext ctx) throws BadFrameException {
        SendOperation operation = queue.peek();
        if (operation == null || Flow.cost(operation.header()) > credit) {
            return false;
        }
        queue.remove();
        if (operation.tensor().isClosed()) {
            open.remove(operation);
            operation.fail(OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "the tensor was closed before it was sent: " + operation.header()));
            return true;
        }
        credit -= Flow.cost(operation.header());
        long number = nextNumber++;
        if (Flow.isEager(operation.header())) {
            eager(ctx, number, operation);
        } else {
            offered.put(number, operation);
            control(ctx, new Frame.Offer(number, operation.header()), () -> {});
        }
        return true;
    }

    private void eager(ChannelHandlerContext ctx, long number, SendOperation operation) throws BadFrameException {
        Frame frame = new Frame.Eager(number, operation.header());
        int size = (int) operation.header().byteSize();
        if (size > 0) {
            control(ctx, frame, () -> {});
            payload(ctx, operation, size);
        } else {
            operation.began(0);
            pendingWrites++;
            Wire.write(ctx, frame.encode(ctx.alloc()), written -> ended(operation, written));
        }
    }

    private boolean chunk(ChannelHandlerContext ctx) throws BadFrameException {
        Transfer transfer = transfers.peek();
        if (transfer == null) {
            return false;
        }
        SendOperation operation = transfer.operation();
        int size = (int) Math.min(Flow.CHUNK_BYTES, operation.left());
        control(ctx, new Frame.Chunk(transfer.number(), size), () -> {});
        payload(ctx, operation, size);
        if (operation.left() == 0) {
            transfers.remove();
        }
        return true;
    }

    private void payload(ChannelHandlerContext ctx, SendOperation operation, int size) throws BadFrameException {
        ByteBuf bytes;
        try {
            bytes = Unpooled.wrappedBuffer(operation.tensor().buffer(operation.offset(), size));
        } catch (IllegalStateException e) {
            throw new BadFrameException("tensor", "what was closed while it was being sent: " + operation.header());
        }
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
        queue.clear();
        offered.clear();
        transfers.clear();
        List<SendOperation> all = new ArrayList<>(open);
        open.clear();
        all.forEach(operation -> operation.fail(why));
    }
}
