package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.ValueStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The large values of this process, and their ways to and from other hosts. It listens, and has threads, only once a value is to go to
 * another host, or comes from one. Thread-safe.
 */
public final class ObjectExchange implements AutoCloseable {
    private static final int FETCHING_THREADS = 4;
    private static final int READING_THREADS = 2;
    private static final long IDLE_SECONDS = 5;
    private static final int TAG_LENGTH = 8;

    /**
     * Who this process is to others.
     *
     * @param identity as for its other connections
     * @param bind where it listens for those who fetch; port 0: any
     * @param host what other hosts reach this one by; asked once it listens, and may wait for a name server
     * @param words for people: "worker 7-1 on node node-2"
     */
    public record Settings(RpcIdentity identity, HostPort bind, Supplier<String> host, String words) {}

    /** Gives values to other hosts. */
    private record Serving(RpcServer server, ValueKeeper keeper) {}

    /** Fetches some, over connections that carry nothing else. */
    private record Fetching(ProcessLinks links, FetchedCopies copies, ObjectFetcher fetcher) {
        FetchedCopies.Copy take(String what, Value message) {
            return copies.take(what, message.getStored(), fetcher::fetch);
        }
    }

    /** Borrows objects of others, over connections that carry nothing else. */
    private record Borrowing(ProcessLinks links, BorrowedObjects objects) {}

    private final Settings settings;
    private final ValueStore store;
    private final RpcIdentity identity;
    private final RpcTransport transport = new RpcTransport("objects", 1);
    private final ExecutorService fetchers = threads("object-fetcher", FETCHING_THREADS);
    private final ExecutorService readers = threads("object-reader", READING_THREADS);
    private boolean started;
    private boolean closed;
    // Read without the lock by I/O threads, which must not wait for a thread that waits for them.
    private volatile Optional<Serving> serving = Optional.empty();
    private volatile Optional<Fetching> fetching = Optional.empty();
    private volatile Optional<Borrowing> borrowing = Optional.empty();
    private final References references = new References(this, () -> borrowing().objects());

    /** @param store closed with this */
    public ObjectExchange(Settings settings, ValueStore store) {
        this.settings = settings;
        this.store = store;
        // A later process may have the same name, and other values.
        String tag = UUID.randomUUID().toString().substring(0, TAG_LENGTH);
        RpcIdentity own = settings.identity();
        this.identity = new RpcIdentity(own.cluster(), own.role(), own.name() + "-" + tag, own.secret());
    }

    private static ExecutorService threads(String name, int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new NamedThreads(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    public ValueStore store() {
        return store;
    }

    /** Listens from now on. Not on an I/O thread. Throws as {@link RpcServer#start()} does. */
    public ValueKeeper keeper() {
        return serving.orElseGet(this::startServing).keeper();
    }

    private synchronized Serving startServing() {
        if (serving.isEmpty()) {
            serving = Optional.of(serve());
        }
        return serving.get();
    }

    private Serving serve() {
        startTransport();
        ObjectServer objects = new ObjectServer(store, readers);
        RpcServer server = new RpcServer(
                transport,
                identity,
                RpcLimits.defaults(),
                settings.bind(),
                references.serve(objects.serve(RpcHandlers.builder())).build());
        int port = server.start().port();
        store.onRemoval(objects::forget);
        ValueKeeper keeper = ValueKeeper.newBuilder()
                .setProcess(identity.name())
                .setAddress(new HostPort(settings.host().get(), port).toMessage())
                .setWords(settings.words())
                .build();
        return new Serving(server, keeper);
    }

    private void startTransport() {
        if (closed) {
            throw closedHere();
        }
        if (!started) {
            started = true;
            transport.start();
        }
    }

    private Fetching fetching() {
        return fetching.orElseGet(this::startFetching);
    }

    private synchronized Fetching startFetching() {
        if (fetching.isEmpty()) {
            startTransport();
            FetchedCopies copies = new FetchedCopies(fetchers);
            RpcHandlers handlers = RpcHandlers.builder()
                    .onNotice(
                            Protocol.OBJECT_FORGOTTEN,
                            (keeper, notice) -> copies.forgotten(keeper.peer().name(), notice.getName()))
                    .build();
            ProcessLinks links = new ProcessLinks(transport, identity, handlers);
            links.onLost(copies::lost);
            fetching = Optional.of(new Fetching(links, copies, new ObjectFetcher(store, links)));
        }
        return fetching.get();
    }

    private Borrowing borrowing() {
        return borrowing.orElseGet(this::startBorrowing);
    }

    private synchronized Borrowing startBorrowing() {
        if (borrowing.isEmpty()) {
            startTransport();
            ProcessLinks links = new ProcessLinks(transport, identity, RpcHandlers.none());
            BorrowedObjects objects = new BorrowedObjects(links);
            links.onLost(objects::lost);
            borrowing = Optional.of(new Borrowing(links, objects));
        }
        return borrowing.get();
    }

    /** Inside of values. */
    public References references() {
        return references;
    }

    /** What this process is called by others. */
    String process() {
        return identity.name();
    }

    /** As it is told to other hosts: with who serves it, where that was not said before. As {@link #keeper()}. */
    public Value offered(Value message) {
        if (!message.hasStored() || message.getStored().hasKeeper()) {
            return message;
        }
        return message.toBuilder()
                .setStored(message.getStored().toBuilder().setKeeper(keeper()))
                .build();
    }

    /** Whether it lies on another host, and nobody is known to serve it. */
    public boolean isOutOfReach(Value message) {
        return !store.isHere(message) && !message.getStored().hasKeeper();
    }

    /** As {@link #keeper()}, elsewhere. */
    public CompletableFuture<ValueKeeper> open() {
        return onThread(this::keeper);
    }

    private <T> CompletableFuture<T> onThread(Supplier<T> step) {
        try {
            return CompletableFuture.supplyAsync(step, fetchers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(closedHere());
        }
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    /** Whether it is in the heap, or in a file that is there. */
    public boolean isReadable(KeptValue value) {
        return store.isHere(value.message());
    }

    /**
     * The value where this process can read it: where it is, if that is this host, otherwise in this process's store from now on. Fails
     * with OBJECT_LOST, RESOURCE_EXHAUSTED (no room) or CANCELLED.
     *
     * @param what for errors
     */
    public CompletableFuture<KeptValue> readable(String what, KeptValue value) {
        return isReadable(value) ? CompletableFuture.completedFuture(value) : bring(what, value);
    }

    /** Moves a value that another process keeps into this one's store. Fails as {@link #readable} does. */
    public CompletableFuture<KeptValue> bring(String what, KeptValue value) {
        Value message = value.message();
        if (!value.isElsewhere()) {
            return store.isHere(message)
                    ? CompletableFuture.completedFuture(value)
                    : CompletableFuture.failedFuture(gone(what, message));
        }
        if (store.isHere(message)) {
            return onThread(() -> moved(what, value, message));
        }
        try {
            Fetching way = fetching();
            FetchedCopies.Copy copy = way.take(what, message);
            CompletableFuture<KeptValue> brought =
                    copy.arrival().thenCompose(fetched -> onThread(() -> moved(what, value, fetched.message())));
            brought.whenComplete((moved, failure) -> way.copies().giveBack(copy));
            return brought.exceptionally(failure -> {
                throw lost(ErrorCodec.unwrap(failure));
            });
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static OrreryException gone(String what, Value message) {
        return OrreryException.of(
                ErrorCode.OBJECT_LOST,
                "%s was kept in %s, which is not there any more"
                        .formatted(what, message.getStored().getPath()));
    }

    /** Who cannot be reached has lost what it keeps, as far as this process is concerned. */
    private static RuntimeException lost(Throwable why) {
        if (why instanceof OrreryException known) {
            return known.code() == ErrorCode.CONNECTION_FAILED
                    ? OrreryException.of(ErrorCode.OBJECT_LOST, known.detail(), known.ids())
                    : known;
        }
        return OrreryException.of(ErrorCode.INTERNAL, "unexpected " + why, why);
    }

    private KeptValue moved(String what, KeptValue value, Value readable) {
        if (value.isElsewhere()) {
            Value found =
                    value.message().toBuilder().setStored(readable.getStored()).build();
            store.move(value, store.duplicate(what, found));
        }
        return value;
    }

    /**
     * Values that came along with something, of which those that lie on other hosts are fetched.
     *
     * @param what for errors, before the number of a value
     */
    public FetchedValues fetch(String what, List<Value> values) {
        FetchedValues fetched = new FetchedValues(values);
        boolean whole = false;
        try {
            for (int i = 0; i < values.size(); i++) {
                if (!store.isHere(values.get(i))) {
                    fetched.add(i, fetching().copies(), fetching().take(what + " " + (i + 1), values.get(i)));
                }
            }
            whole = true;
            return fetched;
        } finally {
            if (!whole) {
                fetched.close();
            }
        }
    }

    /** Ends connections and threads, and removes all values. Idempotent; not on an I/O thread. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        serving.ifPresent(served -> served.server().close());
        fetching.ifPresent(used -> used.links().close());
        borrowing.ifPresent(used -> used.links().close());
        // What was not begun fails at once, rather than never.
        fetchers.shutdownNow().forEach(Runnable::run);
        readers.shutdownNow();
        transport.close();
        store.close();
    }
}
