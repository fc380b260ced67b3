package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.HeadDials.Dial;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Dials heads in an order until one answers. Thread-safe. */
public final class HeadSearch {
    /** The first that answered. Whoever receives it closes the connection. */
    public record Reached(HostPort head, RpcConnection connection) {}

    private final HeadDials dials;
    private final CompletableFuture<Reached> reached = new CompletableFuture<>();
    private final Deque<HostPort> later;
    private final Set<HostPort> dialled = new LinkedHashSet<>();
    private final Map<HostPort, Throwable> failures = new LinkedHashMap<>();
    private Optional<Dial> newest = Optional.empty();
    private boolean ended;

    HeadSearch(HeadDials dials, List<HostPort> order) {
        this.dials = dials;
        this.later = new ArrayDeque<>(order);
    }

    /**
     * Fails when each head has failed, with what the last one did; at once when one says that no repetition will help.
     */
    public CompletableFuture<Reached> reached() {
        return reached;
    }

    /** Whether it goes on, or has found what is open still. */
    boolean isUsable() {
        return !reached.isDone()
                || (!reached.isCompletedExceptionally()
                        && reached.join().connection().isOpen());
    }

    /** Closes what it finds, or has found. */
    public void close() {
        reached.thenAccept(found -> found.connection().close());
    }

    /** What became of heads that could not be reached, in the order in which they failed. */
    public synchronized Map<HostPort, Throwable> failures() {
        return new LinkedHashMap<>(failures);
    }

    /** The heads that are waited for now. */
    public synchronized Set<HostPort> asking() {
        Set<HostPort> asking = new LinkedHashSet<>(dialled);
        asking.removeAll(failures.keySet());
        return asking;
    }

    /** Dials the next head, unless the newest attempt deserves some more patience. */
    void advance() {
        Dial dial;
        synchronized (this) {
            if (ended || later.isEmpty() || newest.filter(Dial::isPromising).isPresent()) {
                return;
            }
            dial = dials.dial(later.remove());
            dialled.add(dial.head());
            newest = Optional.of(dial);
        }
        dial.connection().whenComplete((connection, failure) -> {
            if (failure == null) {
                onReached(dial, connection);
            } else {
                onFailure(dial, ErrorCodec.unwrap(failure));
            }
        });
        dial.late().thenRun(this::advance);
    }

    private void onReached(Dial dial, RpcConnection connection) {
        boolean taken;
        synchronized (this) {
            if (ended) {
                return;
            }
            taken = dials.take(dial);
            ended = taken;
        }
        if (taken) {
            reached.complete(new Reached(dial.head(), connection));
        } else {
            onFailure(
                    dial,
                    OrreryException.of(
                            ErrorCode.CONNECTION_LOST,
                            "the connection with " + dial.head() + " was given up just now"));
        }
    }

    private void onFailure(Dial dial, Throwable failure) {
        boolean last;
        synchronized (this) {
            failures.put(dial.head(), failure);
            boolean isFinal = !(failure instanceof OrreryException known && isWorthAnother(known));
            last = !ended && (isFinal || (later.isEmpty() && failures.size() == dialled.size()));
            ended |= last;
        }
        if (last) {
            reached.completeExceptionally(failure);
        } else {
            advance();
        }
    }

    /** Whether another attempt, or another head, may do better. */
    static boolean isWorthAnother(OrreryException failure) {
        return switch (failure.code()) {
            case CONNECTION_FAILED, CONNECTION_LOST, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }
}
