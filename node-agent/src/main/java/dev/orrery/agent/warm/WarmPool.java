package dev.orrery.agent.warm;

import dev.orrery.agent.warm.WarmRules.Stock;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import dev.orrery.internal.proto.BindWorker;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of this node that wait for a life. None of them is of an actor, and none outlives its agent: a restarted one
 * kills what it finds. Not thread-safe: one thread calls everything here.
 */
public final class WarmPool {
    private static final Logger LOG = LoggerFactory.getLogger(WarmPool.class);
    private static final Duration CALL_IN = Duration.ofSeconds(60);

    /** One process. */
    private static final class Warm {
        final String nonce;
        final long deadline;
        WarmState state = WarmState.STARTING;
        CompletableFuture<Void> forked = new CompletableFuture<>();
        Optional<RpcConnection> connection = Optional.empty();

        Warm(String nonce, long deadline) {
            this.nonce = nonce;
            this.deadline = deadline;
        }
    }

    private final WarmHost host;
    private final NanoClock clock;
    private final int wanted;
    private final Runnable changed;
    private final Map<String, Warm> all = new LinkedHashMap<>();
    private boolean closed;
    private long missingSince;
    private long lastBusy;
    private long lastFailure;
    private int failures;

    /**
     * @param wanted how many processes wait at a time; 0: none is ever started
     * @param changed runs after each change of {@link #waiting()}
     */
    public WarmPool(WarmHost host, NanoClock clock, int wanted, Runnable changed) {
        this.host = host;
        this.clock = clock;
        this.wanted = wanted;
        this.changed = changed;
    }

    /** From now on processes are started. */
    public void start() {
        lastBusy = clock.nanoTime();
        missingSince = lastBusy;
    }

    /**
     * Time has passed.
     *
     * @param busy whether a life is on its way to serve
     */
    public void tick(boolean busy) {
        long now = clock.nanoTime();
        for (Warm warm : List.copyOf(all.values())) {
            if (warm.state == WarmState.STARTING && warm.forked.isDone() && host.isGone(warm.nonce)) {
                on(warm, WarmEvent.LOST);
            } else if (warm.state == WarmState.STARTING && now - warm.deadline >= 0) {
                on(warm, WarmEvent.OVERDUE);
            }
        }
        if (busy) {
            lastBusy = now;
        }
        if (waiting() + starting() >= wanted) {
            missingSince = now;
        }
        Stock stock = new Stock(wanted, starting(), waiting(), missingSince, lastBusy, lastFailure, failures);
        if (!closed && WarmRules.startsOne(stock, now)) {
            startOne(now);
        }
    }

    private void startOne(long now) {
        Warm warm = new Warm(host.newNonce(), now + CALL_IN.toNanos());
        all.put(warm.nonce, warm);
        warm.forked = host.start(warm.nonce);
        warm.forked.whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("cannot start a warm worker: {}", failure.toString());
                on(warm, WarmEvent.LOST);
            }
        });
    }

    /** How many wait for a life. */
    public int waiting() {
        return count(WarmState.WAITING);
    }

    private int starting() {
        return count(WarmState.STARTING);
    }

    private int count(WarmState state) {
        return (int) all.values().stream().filter(warm -> warm.state == state).count();
    }

    /** Answers a process without a life that calls in: true when it is to wait, false when it is not of this pool. */
    public boolean register(RpcConnection connection, String nonce) {
        Warm warm = all.get(nonce);
        if (warm == null || warm.state == WarmState.ENDING) {
            return false;
        }
        // The one before, if any, has ended or will; that is no news of this process any more.
        warm.connection = Optional.of(connection);
        failures = 0;
        on(warm, WarmEvent.CALLED_IN);
        return true;
    }

    public void disconnected(RpcConnection connection) {
        for (Warm warm : List.copyOf(all.values())) {
            if (warm.connection.filter(own -> own == connection).isPresent()) {
                warm.connection = Optional.empty();
                on(warm, WarmEvent.LOST);
            }
        }
    }

    /** The nonce of one that waits; from now on it is the caller's, who says how the writing went. */
    public Optional<String> take() {
        Optional<Warm> first = all.values().stream()
                .filter(warm -> warm.state == WarmState.WAITING)
                .findFirst();
        first.ifPresent(warm -> on(warm, WarmEvent.TAKEN));
        return first.map(warm -> warm.nonce);
    }

    /** Whether it was taken and what became of that is not known yet. */
    public boolean isTaken(String nonce) {
        return Optional.ofNullable(all.get(nonce))
                .filter(warm -> warm.state == WarmState.BINDING)
                .isPresent();
    }

    /** The life of this process is on disk: it may know. */
    public void written(String nonce) {
        Warm warm = all.get(nonce);
        on(warm, WarmEvent.WRITTEN);
        // One that is not connected now hears of it when it calls in.
        warm.connection.ifPresent(
                connection -> connection.notify(Protocol.BIND_WORKER, BindWorker.getDefaultInstance()));
        all.remove(nonce);
    }

    public void notWritten(String nonce) {
        on(all.get(nonce), WarmEvent.WRITE_FAILED);
    }

    private void on(Warm warm, WarmEvent event) {
        if (!(WarmRules.TABLE.on(warm.state, event) instanceof Outcome.Go<WarmState> go)) {
            return;
        }
        LOG.info("warm worker {}: {} -> {} on {}", warm.nonce, warm.state, go.to(), event);
        warm.state = go.to();
        if (go.to() == WarmState.ENDING) {
            end(warm, event);
        } else if (go.to() == WarmState.GONE) {
            all.remove(warm.nonce);
        }
        changed.run();
    }

    private void end(Warm warm, WarmEvent why) {
        if (why != WarmEvent.UNNEEDED) {
            failures++;
            lastFailure = clock.nanoTime();
        }
        // A fork under way cannot be taken back, only undone.
        warm.forked
                .exceptionally(failure -> null)
                .thenCompose(done -> host.end(warm.nonce))
                .thenRun(() -> on(warm, WarmEvent.CLEARED));
    }

    /** Ends all that no life is bound to; {@link #isEmpty()} tells when that is done. */
    public void close() {
        closed = true;
        List.copyOf(all.values()).forEach(warm -> on(warm, WarmEvent.UNNEEDED));
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }
}
