package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcClient;
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
 * Calls whichever head leads, over one connection: asks the first head that answers, follows NOT_LEADER, and goes on until
 * the call's deadline. A call is repeated when its connection is lost, so each must be safe to repeat: mutations carry an
 * operation id. Thread-safe.
 */
public final class LeaderClient implements AutoCloseable {
    private final List<HostPort> heads;
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, new NamedThreads("leader-client"));
    private final HeadDials dials;
    private final Set<LeaderCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private Optional<HeadSearch> current = Optional.empty();
    private HeadChoice choice;
    private boolean closed;

    public LeaderClient(RpcClient client, List<HostPort> heads) {
        if (heads.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "name at least one head");
        }
        this.heads = List.copyOf(heads);
        this.choice = HeadChoice.among(heads);
        this.dials = new HeadDials(client::connect, timer);
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

    public ScheduledFuture<?> schedule(Runnable step, long delayNanos) {
        try {
            return timer.schedule(step, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw closedHere();
        }
    }

    /** What is in use, or a new search; compared by identity, as a head may be found again and again. */
    HeadSearch link() {
        synchronized (lock) {
            if (closed) {
                throw closedHere();
            }
            if (current.isEmpty() || !current.get().isUsable()) {
                current = Optional.of(dials.search(choice.order()));
            }
            return current.get();
        }
    }

    /** Its head goes first next time too. */
    void leads(HeadSearch link, HostPort head) {
        synchronized (lock) {
            if (isCurrent(link)) {
                choice = choice.succeeded(head);
            }
        }
    }

    /** No head could be reached; the next search begins with another one, unless another call said so before. */
    void leaveUnreached(HeadSearch failed) {
        synchronized (lock) {
            if (isCurrent(failed)) {
                current = Optional.empty();
                choice = choice.unreachable();
            }
        }
    }

    /** Leaves the link, unless another call did so before, for the head that was named or else for the next one. */
    void leave(HeadSearch failed, HostPort head, Optional<HostPort> leader) {
        synchronized (lock) {
            if (!isCurrent(failed)) {
                return;
            }
            current = Optional.empty();
            choice = choice.refused(head, leader);
        }
        failed.close();
    }

    // What is compared is which attempt it was, not what it holds.
    @SuppressWarnings("ReferenceEquality")
    private boolean isCurrent(HeadSearch link) {
        return current.isPresent() && current.get() == link;
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    /** Ends the connection and fails the calls under way with CANCELLED. Idempotent. */
    @Override
    public void close() {
        Optional<HeadSearch> last;
        synchronized (lock) {
            closed = true;
            last = current;
            current = Optional.empty();
        }
        dials.close();
        timer.shutdownNow();
        open.forEach(call -> call.result().completeExceptionally(closedHere()));
        last.ifPresent(HeadSearch::close);
    }
}
