package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.AwaitObjectRequest;
import dev.orrery.internal.proto.AwaitObjectResponse;
import dev.orrery.internal.proto.BorrowObjectRequest;
import dev.orrery.internal.proto.BorrowObjectResponse;
import dev.orrery.internal.proto.ObjectReference;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.store.KeptValue;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** References inside of values: which objects of this process others have, and which of theirs this one has. Thread-safe. */
public final class References {
    private static final Logger LOG = LoggerFactory.getLogger(References.class);
    private static final Cleaner CLEANER = Cleaner.create(new NamedThreads("reference-cleaner"));

    private final ObjectExchange exchange;
    private final Supplier<BorrowedObjects> borrowed;
    private final LentObjects lent = new LentObjects();
    private final Set<RpcConnection> borrowers = ConcurrentHashMap.newKeySet();

    /** @param borrowed made when it is first needed */
    References(ObjectExchange exchange, Supplier<BorrowedObjects> borrowed) {
        this.exchange = exchange;
        this.borrowed = borrowed;
    }

    /** As it is written into values. The process listens from then on. Not on an I/O thread. */
    public ObjectReference of(SharedObject object) {
        return ObjectReference.newBuilder()
                .setId(object.id())
                .setOwner(exchange.keeper())
                .build();
    }

    /** For a value that refers to it, whoever has that value then; empty when the object is gone. */
    public Optional<Hold> lend(SharedObject object) {
        return lent.lend(object);
    }

    /** For what refers to them, which is here now. Does not block. */
    public Hold take(List<ObjectReference> references) {
        return references.isEmpty()
                ? Hold.NOTHING
                : Hold.of(references.stream().map(this::take).toList());
    }

    private Hold take(ObjectReference reference) {
        if (isOwn(reference)) {
            return lent.lendAgain(reference.getId()).orElse(Hold.NOTHING);
        }
        try {
            return borrowed.get().borrow(reference);
        } catch (OrreryException e) {
            LOG.debug("this process ends, and borrows nothing any more", e);
            return Hold.NOTHING;
        }
    }

    /** Completes once nobody needs an object of this process for a value or a reference of his: now, if nobody does. */
    public CompletableFuture<Void> whenNothingIsLent() {
        return lent.whenNothingIsLent();
    }

    /** Whether it is an object of this process. */
    public boolean isOwn(ObjectReference reference) {
        return reference.getOwner().getProcess().equals(exchange.process());
    }

    /** An object of this process that something refers to. */
    public Optional<SharedObject> find(ObjectReference reference) {
        return isOwn(reference) ? lent.find(reference.getId()) : Optional.empty();
    }

    /** It is let go when the user's object is garbage collected, to which it must not refer. */
    public static void letGoWith(Object user, Hold hold) {
        CLEANER.register(user, hold::letGo);
    }

    /**
     * The value of an object of another process that was taken, once it is there; fails with what it failed with, or OBJECT_LOST that names
     * its owner.
     *
     * @param unreadable whether it was not where it was said to be the last time
     */
    public CompletableFuture<KeptValue> await(ObjectReference reference, boolean unreadable) {
        return isOwn(reference)
                ? CompletableFuture.failedFuture(OrreryException.of(
                        ErrorCode.OBJECT_RELEASED,
                        "object " + reference.getId() + " was released by this process, its owner",
                        Map.of("object", reference.getId())))
                : borrowed.get().await(reference, unreadable).thenApply(message -> received(reference, message));
    }

    private KeptValue received(ObjectReference reference, Value message) {
        Hold inner = take(message.getReferencesList());
        if (message.getReferencesCount() > 0) {
            // Its owner holds what it refers to, and must not let go of that before this process is known to hold it.
            Hold outer = take(List.of(reference));
            var unused = inner.settled().thenRun(outer::letGo);
        }
        return KeptValue.elsewhere(message, () -> {}, inner::letGo);
    }

    RpcHandlers.Builder serve(RpcHandlers.Builder handlers) {
        return handlers.on(Protocol.BORROW_OBJECT, this::borrow)
                .on(Protocol.AWAIT_OBJECT, this::await)
                .onNotice(Protocol.RETURN_OBJECTS, (borrower, notice) -> notice.getIdsList()
                        .forEach(id -> lent.giveBack(borrower, id)));
    }

    private CompletableFuture<BorrowObjectResponse> borrow(RpcConnection borrower, BorrowObjectRequest request) {
        if (borrowers.add(borrower)) {
            var unused = borrower.closed().thenAccept(why -> {
                borrowers.remove(borrower);
                lent.left(borrower);
            });
        }
        if (!lent.borrow(borrower, request.getId())) {
            throw gone(request.getId());
        }
        return CompletableFuture.completedFuture(BorrowObjectResponse.getDefaultInstance());
    }

    private static OrreryException gone(String id) {
        return OrreryException.of(
                ErrorCode.NOT_FOUND, "it does not have object " + id + " any more", Map.of("object", id));
    }

    private CompletableFuture<AwaitObjectResponse> await(RpcConnection borrower, AwaitObjectRequest request) {
        SharedObject object = lent.find(request.getId()).orElseThrow(() -> gone(request.getId()));
        CompletableFuture<KeptValue> arrival =
                request.getUnreadable() ? object.arrival().thenCompose(value -> anew(object, value)) : object.arrival();
        CompletableFuture<AwaitObjectResponse> answer = new CompletableFuture<>();
        arrival.whenComplete((value, failure) -> answer.complete(
                failure == null
                        ? AwaitObjectResponse.newBuilder()
                                .setValue(exchange.offered(value.message()))
                                .build()
                        : AwaitObjectResponse.newBuilder()
                                .setError(ErrorCodec.toMessage(failure))
                                .build()));
        return answer;
    }

    /** Where another process keeps it, that may be gone; if not, its borrower may still not reach it. */
    private CompletableFuture<KeptValue> anew(SharedObject object, KeptValue value) {
        return value.isElsewhere()
                ? exchange.bring("object " + object.id(), value)
                        .handle((here, failure) ->
                                failure == null ? CompletableFuture.completedFuture(here) : object.arrivalAfter(value))
                        .thenCompose(next -> next)
                : exchange.isReadable(value) ? CompletableFuture.completedFuture(value) : object.arrivalAfter(value);
    }
}
