package dev.orrery.internal.task;

import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.task.LeaseRules.Load;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.ObjectExchange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;

/** A leased worker that is there, and the tasks that it has, in their order. Belongs to the workers of its shape, under their lock. */
final class TaskWorker {
    private final ActorView view;
    private final RpcConnection connection;
    private final Set<SubmittedTask> inFlight = new LinkedHashSet<>();
    private long expectedNanos;
    private long bytes;
    private boolean suspect;
    private final Delivery delivery;
    /** Results that it keeps, as long as somebody here refers to them. */
    private final Set<KeptValue> kept = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** When it last took its first task, or answered one. */
    private long movedNanos;

    private long heldUntilNanos;
    private boolean withdrawing;
    private long withdrawnNanos;

    TaskWorker(ActorView view, RpcConnection connection, ObjectExchange exchange, long nowNanos) {
        this.view = view;
        this.connection = connection;
        this.delivery = new Delivery(exchange);
        this.movedNanos = nowNanos;
        this.heldUntilNanos = nowNanos;
    }

    ActorLife life() {
        return view.getLife();
    }

    RpcConnection connection() {
        return connection;
    }

    /** How it gets large arguments. */
    Delivery delivery() {
        return delivery;
    }

    /** The result of a task; of one that it keeps it is told when that is needed no more. Throws PROTOCOL. */
    KeptValue adopt(ActorCallResponse response) {
        Value result = response.getResult();
        StoredValue stored = result.getStored();
        Hold inner = delivery.references().take(result.getReferencesList());
        if (stored.hasKeeper()) {
            ReleaseOfResult release = new ReleaseOfResult(connection, StoredValues.name(stored));
            // Not before what it refers to is held here.
            KeptValue value = KeptValue.elsewhere(result, () -> inner.settled().thenRun(release), inner::letGo);
            kept.add(value);
            return value;
        }
        boolean whole = false;
        try {
            KeptValue value = delivery.store().adopt(result, inner::letGo);
            whole = true;
            return value;
        } finally {
            if (!whole) {
                inner.letGo();
            }
            if (!response.getKeptAs().isEmpty()) {
                // What it refers to is held here by then.
                inner.settled().thenRun(new ReleaseOfResult(connection, response.getKeptAs()));
            }
        }
    }

    /** Results that are still needed, and that it keeps. */
    List<KeptValue> kept() {
        synchronized (kept) {
            return kept.stream().filter(KeptValue::isElsewhere).toList();
        }
    }

    /** Outside of the lock. */
    CompletableFuture<ActorCallResponse> send(SubmittedTask task) {
        try {
            return connection.call(
                    Protocol.CALL_ACTOR, task.request(delivery).setLife(life()).build(), task.left());
        } catch (RuntimeException | OutOfMemoryError e) {
            // A stored argument is gone, or cannot be sent to another host.
            return CompletableFuture.failedFuture(e);
        }
    }

    boolean takes(SubmittedTask task, long expected, long nowNanos) {
        boolean alone = suspect || task.isSuspect();
        return heldUntilNanos - nowNanos <= 0
                && !withdrawing
                && LeaseRules.takes(new Load(inFlight.size(), expectedNanos, bytes), expected, task.bytes(), alone);
    }

    void take(SubmittedTask task, long expected, long nowNanos) {
        if (inFlight.isEmpty()) {
            movedNanos = nowNanos;
        }
        task.expect(expected);
        suspect |= task.isSuspect();
        expectedNanos += expected;
        bytes += task.bytes();
        inFlight.add(task);
        task.isNow(() -> "was sent to " + this);
    }

    /** Returns whether it had the task. */
    boolean release(SubmittedTask task, long nowNanos) {
        if (!inFlight.remove(task)) {
            return false;
        }
        expectedNanos -= task.expectedNanos();
        bytes -= task.bytes();
        movedNanos = nowNanos;
        if (inFlight.isEmpty()) {
            suspect = false;
            withdrawing = false;
        }
        return true;
    }

    List<SubmittedTask> releaseAll() {
        List<SubmittedTask> all = new ArrayList<>(inFlight);
        inFlight.clear();
        return all;
    }

    /** What runs there waits for something, or does not end although it should: nothing more for it before that has ended. */
    void refused(long holdUntilNanos) {
        heldUntilNanos = holdUntilNanos;
        if (!withdrawing && !inFlight.isEmpty()) {
            withdrawing = true;
            withdrawnNanos = movedNanos;
        }
    }

    int size() {
        return inFlight.size();
    }

    boolean isIdle(long nowNanos) {
        return inFlight.isEmpty() && nowNanos - movedNanos >= LeaseRules.IDLE_NANOS;
    }

    /** Whether tasks wait behind one that takes longer than was expected; true again after a while, as some may have come since. */
    boolean startsWithdrawal(long nowNanos) {
        boolean stuck = inFlight.size() > 1
                && nowNanos - movedNanos >= LeaseRules.STUCK_NANOS
                && (!withdrawing || nowNanos - withdrawnNanos >= LeaseRules.STUCK_NANOS);
        if (stuck) {
            withdrawing = true;
            withdrawnNanos = nowNanos;
        }
        return stuck;
    }

    @Override
    public String toString() {
        return "worker " + life().getActor() + " on node " + view.getNode()
                + (view.getLogPath().isEmpty() ? "" : ", log " + view.getLogPath());
    }
}
