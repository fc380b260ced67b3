package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Calls whichever head leads, over one connection: tries one head after another, follows NOT_LEADER, and goes on until
 * the call's deadline. A call is repeated when its connection is lost, so each must be safe to repeat: mutations carry an
 * operation id. Thread-safe.
 */
public final class LeaderClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** A connection, or the attempt to make it; compared by identity, as a head may be dialled again and again. */
    static final class Link {
        private final HostPort head;
        private final CompletableFuture<RpcConnection> connection;

        private Link(HostPort head, CompletableFuture<RpcConnection> connection) {
            this.head = head;
            this.connection = connection;
        }

        HostPort head() {
            return head;
        }

        CompletableFuture<RpcConnection> connection() {
            return connection;
        }

        private boolean isUsable() {
            return !connection.isDone()
                    || (!connection.isCompletedExceptionally()
                            && connection.join().isOpen());
        }

        private void close() {
            connection.whenComplete((made, failure) -> {
                if (made != null) {
                    made.close();
                }
            });
        }
    }

    private final RpcClient client;
    private final List<HostPort> heads;
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, new NamedThreads("leader-client"));
    private final Set<LeaderCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private Optional<Link> current = Optional.empty();
    private HostPort candidate;
    private int nextHead;
    private boolean closed;

    public LeaderClient(RpcClient client, List<HostPort> heads) {
        if (heads.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "name at least one head");
        }
        this.client = client;
        this.heads = List.copyOf(heads);
        this.candidate = heads.get(0);
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Fails with DEADLINE_EXCEEDED, naming what each head last said, or with the leader's own error. */
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        LeaderCall<Q, R> call = new LeaderCall<>(this, method, request, timeout);
        open.add(call);
        call.result().whenComplete((response, failure) -> open.remove(call));
        call.start();
        return call.result();
    }

    List<HostPort> heads() {
        return heads;
    }

    ScheduledFuture<?> schedule(Runnable step, long delayNanos) {
        try {
            return timer.schedule(step, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw closedHere();
        }
    }

    /** The link in use, or a new one to the next candidate. */
    Link link() {
        synchronized (lock) {
            if (closed) {
                throw closedHere();
            }
            if (current.isEmpty() || !current.get().isUsable()) {
                current = Optional.of(new Link(candidate, client.connect(candidate, CONNECT_TIMEOUT)));
            }
            return current.get();
        }
    }

    /** Leaves the link, unless another call did so before, for the head that was named or else for the next one. */
    void leave(Link failed, Optional<HostPort> leader) {
        synchronized (lock) {
            if (!isCurrent(failed)) {
                return;
            }
            current = Optional.empty();
            candidate = leader.filter(named -> !named.equals(failed.head())).orElseGet(this::next);
        }
        failed.close();
    }

    // What is compared is which attempt it was, not what it holds.
    @SuppressWarnings("ReferenceEquality")
    private boolean isCurrent(Link link) {
        return current.isPresent() && current.get() == link;
    }

    private HostPort next() {
        nextHead = (nextHead + 1) % heads.size();
        return heads.get(nextHead);
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    /** Ends the connection and fails the calls under way with CANCELLED. Idempotent. */
    @Override
    public void close() {
        Optional<Link> last;
        synchronized (lock) {
            closed = true;
            last = current;
            current = Optional.empty();
        }
        timer.shutdownNow();
        open.forEach(call -> call.result().completeExceptionally(closedHere()));
        last.ifPresent(Link::close);
    }
}
