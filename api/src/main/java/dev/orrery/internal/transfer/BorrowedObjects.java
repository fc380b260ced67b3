package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.AwaitObjectRequest;
import dev.orrery.internal.proto.AwaitObjectResponse;
import dev.orrery.internal.proto.BorrowObjectRequest;
import dev.orrery.internal.proto.BorrowObjectResponse;
import dev.orrery.internal.proto.ObjectReference;
import dev.orrery.internal.proto.ReturnObjects;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects of other processes that values refer to which are here. Each is borrowed from its owner once, however many values and references
 * there are, and returned with the last of these; who has lost the connection to an owner asks once more. Thread-safe.
 */
final class BorrowedObjects {
    private static final Logger LOG = LoggerFactory.getLogger(BorrowedObjects.class);
    private static final Duration BORROW_DEADLINE = Duration.ofSeconds(5);

    /** An owner is asked again then: a wait of a user's may be longer than any call. */
    private static final Duration AWAIT_TURN = Duration.ofSeconds(30);

    private static final long PAUSE_MILLIS = 20;

    private record Key(String process, String id) {}

    private static final class Borrowed {
        private final ObjectReference reference;
        private int holders;
        private CompletableFuture<RpcConnection> registered = new CompletableFuture<>();

        Borrowed(ObjectReference reference) {
            this.reference = reference;
        }
    }

    private final ProcessLinks links;
    private final Map<Key, Borrowed> all = new HashMap<>();

    BorrowedObjects(ProcessLinks links) {
        this.links = links;
    }

    private static Key key(ObjectReference reference) {
        return new Key(reference.getOwner().getProcess(), reference.getId());
    }

    Hold borrow(ObjectReference reference) {
        Borrowed borrowed;
        boolean first;
        synchronized (this) {
            Key key = key(reference);
            first = !all.containsKey(key);
            borrowed = all.computeIfAbsent(key, unknown -> new Borrowed(reference));
            borrowed.holders++;
            if (first || borrowed.registered.isCompletedExceptionally()) {
                borrowed.registered = register(reference);
            }
        }
        return new Held(borrowed);
    }

    /** The connection that it is borrowed over. */
    private CompletableFuture<RpcConnection> register(ObjectReference reference) {
        BorrowObjectRequest request =
                BorrowObjectRequest.newBuilder().setId(reference.getId()).build();
        return links.to(reference.getOwner())
                .thenCompose(owner -> {
                    CompletableFuture<BorrowObjectResponse> answer =
                            owner.call(Protocol.BORROW_OBJECT, request, BORROW_DEADLINE);
                    return answer.thenApply(done -> owner);
                })
                .exceptionally(failure -> {
                    throw lost(reference, ErrorCodec.unwrap(failure));
                });
    }

    private static OrreryException lost(ObjectReference reference, Throwable why) {
        ValueKeeper owner = reference.getOwner();
        return OrreryException.of(
                ErrorCode.OBJECT_LOST,
                "object %s is owned by %s at %s, which cannot be asked for it any more: %s"
                        .formatted(
                                reference.getId(),
                                owner.getWords(),
                                HostPort.of(owner.getAddress()),
                                why instanceof OrreryException known ? known.detail() : why.toString()),
                Map.of("object", reference.getId(), "owner", owner.getWords()));
    }

    /** The owner counts it as returned. */
    void lost(String process) {
        List<Borrowed> mine;
        synchronized (this) {
            mine = all.entrySet().stream()
                    .filter(each -> each.getKey().process().equals(process))
                    .map(Map.Entry::getValue)
                    .toList();
        }
        if (!mine.isEmpty()) {
            LOG.info("the connection with {} was lost; it is asked for {} objects again", process, mine.size());
        }
        for (Borrowed borrowed : mine) {
            CompletableFuture<RpcConnection> again = register(borrowed.reference);
            boolean over;
            synchronized (this) {
                borrowed.registered = again;
                over = borrowed.holders == 0;
            }
            if (over) {
                giveBack(borrowed.reference, again);
            }
        }
    }

    private synchronized CompletableFuture<RpcConnection> registered(ObjectReference reference) {
        Borrowed borrowed = all.get(key(reference));
        return borrowed == null
                ? CompletableFuture.failedFuture(
                        OrreryException.of(ErrorCode.OBJECT_RELEASED, "object " + reference.getId() + " was returned"))
                : borrowed.registered;
    }

    /**
     * Where the value of a borrowed object is, once it is there; fails with what the object failed with, or OBJECT_LOST that names its
     * owner.
     *
     * @param unreadable whether it was not where it was said to be
     */
    CompletableFuture<Value> await(ObjectReference reference, boolean unreadable) {
        AwaitObjectRequest request = AwaitObjectRequest.newBuilder()
                .setId(reference.getId())
                .setUnreadable(unreadable)
                .build();
        CompletableFuture<Value> value = new CompletableFuture<>();
        ask(reference, request, value);
        return value;
    }

    private void ask(ObjectReference reference, AwaitObjectRequest request, CompletableFuture<Value> value) {
        registered(reference)
                .thenCompose(owner -> owner.call(Protocol.AWAIT_OBJECT, request, AWAIT_TURN))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answered(answer, value);
                    } else if (ErrorCodec.unwrap(failure) instanceof OrreryException known) {
                        failed(reference, request, value, known);
                    } else {
                        value.completeExceptionally(failure);
                    }
                });
    }

    private static void answered(AwaitObjectResponse answer, CompletableFuture<Value> value) {
        if (answer.hasError()) {
            value.completeExceptionally(ErrorCodec.fromMessage(answer.getError()));
        } else {
            value.complete(answer.getValue());
        }
    }

    private void failed(
            ObjectReference reference,
            AwaitObjectRequest request,
            CompletableFuture<Value> value,
            OrreryException why) {
        switch (why.code()) {
            case DEADLINE_EXCEEDED -> ask(reference, request, value);
            case OBJECT_LOST, OBJECT_RELEASED, CANCELLED -> value.completeExceptionally(why);
            // By now it is being asked for over another connection; if there is none, that is the reason.
            case CONNECTION_LOST -> askSoon(reference, request, value);
            default -> value.completeExceptionally(lost(reference, why));
        }
    }

    private void askSoon(ObjectReference reference, AwaitObjectRequest request, CompletableFuture<Value> value) {
        var unused = CompletableFuture.runAsync(
                () -> ask(reference, request, value),
                CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    }

    private void giveBack(Borrowed borrowed) {
        CompletableFuture<RpcConnection> owner;
        synchronized (this) {
            borrowed.holders--;
            if (borrowed.holders > 0) {
                return;
            }
            all.remove(key(borrowed.reference), borrowed);
            owner = borrowed.registered;
        }
        giveBack(borrowed.reference, owner);
    }

    private static void giveBack(ObjectReference reference, CompletableFuture<RpcConnection> owner) {
        ReturnObjects notice =
                ReturnObjects.newBuilder().addIds(reference.getId()).build();
        var unused = owner.thenAccept(link -> link.notify(Protocol.RETURN_OBJECTS, notice));
    }

    /** A value or a reference that has it. */
    private final class Held implements Hold {
        private final Borrowed borrowed;
        private final AtomicBoolean over = new AtomicBoolean();

        Held(Borrowed borrowed) {
            this.borrowed = borrowed;
        }

        @Override
        public void letGo() {
            if (over.compareAndSet(false, true)) {
                giveBack(borrowed);
            }
        }

        @Override
        public CompletableFuture<Void> settled() {
            CompletableFuture<RpcConnection> registered;
            synchronized (BorrowedObjects.this) {
                registered = borrowed.registered;
            }
            return registered.handle((owner, failure) -> null);
        }
    }
}
