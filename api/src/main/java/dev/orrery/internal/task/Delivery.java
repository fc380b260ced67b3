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
import dev.orrery.internal.transfer.References;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    References references() {
        return exchange.references();
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

    /**
     * Sees to it that the task's next run gets what this one did not: listens for the worker, brings what it cannot reach, or has what was
     * lost made again. Fails with OBJECT_LOST where there is no way. Does not block.
     */
    CompletableFuture<Void> mend(SubmittedTask task, ActorCallResponse response) {
        try {
            List<CompletableFuture<?>> mending = new ArrayList<>(renewGone(task));
            if (mending.isEmpty() && response.getElsewhere()) {
                return exchange.open().thenAccept(keeper -> way = Way.FETCHED);
            }
            if (mending.isEmpty()) {
                for (UnreadArgument unread : response.getUnreadList()) {
                    mending.add(mend(task, unread.getIndex(), ErrorCodec.fromMessage(unread.getError())));
                }
            }
            return allOf(mending);
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** As {@link #mend(SubmittedTask, ActorCallResponse)}, where the task could not be sent, or begun, for that reason. */
    CompletableFuture<Void> mend(SubmittedTask task, OrreryException why) {
        List<CompletableFuture<?>> mending = renewGone(task);
        return mending.isEmpty() && !task.mayBeDeliveredAgain() ? CompletableFuture.failedFuture(why) : allOf(mending);
    }

    private static CompletableFuture<Void> allOf(List<CompletableFuture<?>> all) {
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    private List<CompletableFuture<?>> renewGone(SubmittedTask task) {
        List<CompletableFuture<?>> renewing = new ArrayList<>();
        task.goneArguments(exchange.store())
                .forEach((index, why) -> renewing.add(task.renewArgument(index, task.argument(index), why)));
        return renewing;
    }

    private CompletableFuture<?> mend(SubmittedTask task, int index, OrreryException why) {
        KeptValue value = task.argument(index);
        if (value.isElsewhere()) {
            // Perhaps this process can reach who keeps it.
            return exchange.bring(task.argumentInWords(index), value)
                    .handle((here, failure) -> failure == null
                            ? CompletableFuture.completedFuture(here)
                            : task.renewArgument(index, value, lost(task, failure)))
                    .thenCompose(next -> next);
        }
        if (why.code() == ErrorCode.CONNECTION_FAILED) {
            unreached = why.detail();
            way = Way.INLINE;
        } else if (!task.mayBeDeliveredAgain()) {
            throw task.error(
                    ErrorCode.OBJECT_LOST,
                    "%s did not reach its worker: %s".formatted(task.argumentInWords(index), why.detail()),
                    why.failure());
        }
        return CompletableFuture.completedFuture(value);
    }

    private static OrreryException lost(SubmittedTask task, Throwable failure) {
        return ErrorCodec.unwrap(failure) instanceof OrreryException known
                ? known
                : task.error(ErrorCode.INTERNAL, "unexpected " + failure, Optional.empty());
    }
}
