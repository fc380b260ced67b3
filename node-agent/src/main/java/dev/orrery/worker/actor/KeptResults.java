package dev.orrery.worker.actor;

import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.StoreFolders;
import dev.orrery.internal.transfer.ObjectExchange;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results that are kept here for their callers: large ones of callers on other hosts, until these need them no more, and what results refer
 * to, until the caller holds that itself. All that is kept for a caller goes when its connection ends. Thread-safe.
 */
final class KeptResults {
    private static final Logger LOG = LoggerFactory.getLogger(KeptResults.class);

    /** A caller that gave up its call may not have seen the answer, and never say that it has it. */
    private static final Duration HANDOVER = Duration.ofSeconds(60);

    private final ObjectExchange exchange;
    private final ScheduledExecutorService timers;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<RpcConnection, Map<String, KeptValue>> byCaller = new HashMap<>();
    private CompletableFuture<Void> nothing = CompletableFuture.completedFuture(null);

    KeptResults(ObjectExchange exchange, ScheduledExecutorService timers) {
        this.exchange = exchange;
        this.timers = timers;
    }

    /** The answer with it; to be called before that is sent, as the caller may say at once that it has it. */
    ActorCallResponse.Builder answer(RpcConnection caller, KeptValue result) {
        Value message = result.message();
        ActorCallResponse.Builder answer = ActorCallResponse.newBuilder();
        if (exchange.store().isOwn(message)) {
            answer.setResult(exchange.offered(message));
            keep(caller, StoredValues.name(message.getStored()), result);
        } else if (message.getReferencesCount() > 0) {
            String name = "r" + numbers.incrementAndGet();
            answer.setResult(message).setKeptAs(name);
            keep(caller, name, result);
            releaseLater(caller, name);
        } else {
            answer.setResult(message);
        }
        return answer;
    }

    private void releaseLater(RpcConnection caller, String name) {
        try {
            var unused =
                    timers.schedule(() -> release(caller, List.of(name)), HANDOVER.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the process ends, and what it keeps goes", e);
        }
    }

    private void keep(RpcConnection caller, String name, KeptValue value) {
        boolean first;
        synchronized (this) {
            if (nothing.isDone()) {
                nothing = new CompletableFuture<>();
            }
            first = !byCaller.containsKey(caller);
            byCaller.computeIfAbsent(caller, unknown -> new HashMap<>()).put(name, value);
        }
        if (first) {
            var unused = caller.closed().thenAccept(why -> releaseAll(caller));
        }
    }

    /** What was to be an answer, and nobody gets. */
    void discard(RpcConnection caller, ActorCallResponse answer) {
        Value result = answer.getResult();
        if (!answer.getKeptAs().isEmpty()) {
            release(caller, List.of(answer.getKeptAs()));
        }
        if (result.getStored().hasKeeper()) {
            release(caller, List.of(StoredValues.name(result.getStored())));
        } else {
            StoreFolders.discard(result);
        }
    }

    void release(RpcConnection caller, List<String> names) {
        for (String name : names) {
            Optional<KeptValue> released;
            synchronized (this) {
                released = Optional.ofNullable(byCaller.get(caller)).map(all -> all.remove(name));
            }
            released.ifPresent(KeptValue::release);
        }
        tellIfNothing();
    }

    /** An answer may have crossed the end of its call, and its file would be kept for ever. */
    void releaseUnknown(RpcConnection caller, List<String> known) {
        List<String> unknown;
        synchronized (this) {
            unknown = byCaller.getOrDefault(caller, Map.of()).entrySet().stream()
                    .filter(kept -> kept.getValue().message().hasStored() && !known.contains(kept.getKey()))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        release(caller, unknown);
    }

    private void releaseAll(RpcConnection caller) {
        Map<String, KeptValue> all;
        synchronized (this) {
            all = byCaller.remove(caller);
        }
        if (all != null) {
            all.values().forEach(KeptValue::release);
        }
        tellIfNothing();
    }

    private void tellIfNothing() {
        Optional<CompletableFuture<Void>> over;
        synchronized (this) {
            over = byCaller.values().stream().allMatch(Map::isEmpty) ? Optional.of(nothing) : Optional.empty();
            over.ifPresent(told -> nothing = CompletableFuture.completedFuture(null));
        }
        over.ifPresent(waiting -> waiting.complete(null));
    }

    /** Completes once no caller needs anything that is kept here: now, if none does. */
    synchronized CompletableFuture<Void> whenNothingIsKept() {
        return nothing.copy();
    }
}
