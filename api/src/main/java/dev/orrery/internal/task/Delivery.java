package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.UnreadArgument;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.transfer.ObjectExchange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How a worker gets large arguments: it reads them in place, where it is on this host; otherwise it fetches them; where it cannot reach this
 * process, it is sent their bytes. It tells which of these does not work. Thread-safe.
 */
final class Delivery {
    private enum Way {
        IN_PLACE,
        FETCHED,
        INLINE
    }

    private final ObjectExchange exchange;
    private volatile Way way = Way.IN_PLACE;
    private volatile String unreached = "";

    Delivery(ObjectExchange exchange) {
        this.exchange = exchange;
    }

    /** Whether the worker is on this host, as far as is known. */
    boolean isInPlace() {
        return way == Way.IN_PLACE;
    }

    ValueStore store() {
        return exchange.store();
    }

    /** What is sent. Throws OBJECT_LOST or TENSOR_TOO_LARGE. */
    Value message(SubmittedTask task, int index, KeptValue value) {
        return switch (way) {
            case IN_PLACE -> value.message();
            case FETCHED -> exchange.offered(value.message());
            case INLINE -> value.isElsewhere() ? value.message() : inline(task.argumentInWords(index), value);
        };
    }

    private Value inline(String what, KeptValue value) {
        try {
            return value.inline(what);
        } catch (OrreryException e) {
            throw e.code() == ErrorCode.TENSOR_TOO_LARGE
                    ? OrreryException.of(
                            e.code(),
                            e.detail() + " in a message, and its worker could not fetch it in pieces: " + unreached
                                    + "; let other hosts reach this process, see OrreryOptions.objectAddress",
                            e.ids())
                    : e;
        }
    }

    /** Whether the worker did not run the task, for want of its arguments. */
    static boolean isWanting(ActorCallResponse response) {
        return response.getElsewhere() || response.getUnreadCount() > 0;
    }

    /** Sees to it that the task's next run gets what this one did not; fails with OBJECT_LOST when it cannot. Does not block. */
    CompletableFuture<Void> mend(SubmittedTask task, ActorCallResponse response) {
        try {
            task.requireArguments(exchange.store());
            if (response.getElsewhere()) {
                return exchange.open().thenAccept(keeper -> way = Way.FETCHED);
            }
            List<CompletableFuture<?>> mending = new ArrayList<>();
            for (UnreadArgument unread : response.getUnreadList()) {
                mending.add(mend(task, unread));
            }
            return CompletableFuture.allOf(mending.toArray(CompletableFuture<?>[]::new));
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<?> mend(SubmittedTask task, UnreadArgument unread) {
        KeptValue value = task.argument(unread.getIndex());
        OrreryException why = ErrorCodec.fromMessage(unread.getError());
        if (value.isElsewhere()) {
            // Perhaps this process can reach who keeps it.
            return exchange.bring(task.argumentInWords(unread.getIndex()), value);
        }
        if (why.code() == ErrorCode.CONNECTION_FAILED) {
            unreached = why.detail();
            way = Way.INLINE;
        } else if (!task.mayBeDeliveredAgain()) {
            throw task.error(
                    ErrorCode.OBJECT_LOST,
                    "argument %d of %s did not reach its worker: %s"
                            .formatted(unread.getIndex() + 1, task, why.detail()),
                    why.failure());
        }
        return CompletableFuture.completedFuture(value);
    }
}
