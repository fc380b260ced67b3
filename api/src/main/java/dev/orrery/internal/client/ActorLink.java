package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The way to one life of an actor: calls go over one connection in the order in which they were made; no head is on the
 * path. A call is sent once: when the connection is lost it fails, with the cause of the actor's death where there is one.
 * Thread-safe.
 */
final class ActorLink implements AutoCloseable {
    /** Beyond what any actor's queue takes by default, so that it is the actor that refuses. */
    static final int MOST_OPEN_CALLS = 100_000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ActorLife life;
    private final String label;
    private final Optional<String> name;
    private final ActorWhereabouts whereabouts;
    private final LeaderClient timer;
    private final Set<ActorCall> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private final Queue<ActorCall> waiting = new ArrayDeque<>();
    private Optional<RpcConnection> connection = Optional.empty();
    private Optional<CompletableFuture<Optional<OrreryException>>> verdict = Optional.empty();
    private Optional<OrreryException> dead = Optional.empty();
    private boolean connecting;
    private boolean closed;

    ActorLink(ActorView view, ActorWhereabouts whereabouts, LeaderClient timer) {
        this.life = view.getLife();
        this.label = view.getLabel();
        this.name = ActorViews.name(view);
        this.whereabouts = whereabouts;
        this.timer = timer;
    }

    ActorLife life() {
        return life;
    }

    String label() {
        return label;
    }

    Optional<String> name() {
        return name;
    }

    /** Whether its actor is known here to be dead. */
    boolean isDead() {
        synchronized (lock) {
            return dead.isPresent();
        }
    }

    /** @param method for errors */
    CompletableFuture<ActorCallResponse> call(String method, ActorCallRequest request, Duration timeout) {
        ActorCall call = new ActorCall(label + " (" + life.getActor() + ")", method, request, timeout);
        boolean connect = false;
        synchronized (lock) {
            Optional<OrreryException> refusal = refusal();
            if (refusal.isPresent()) {
                call.fail(refusal.get());
                return call.result();
            }
            open.add(call);
            if (connection.isPresent()) {
                send(connection.get(), call);
            } else {
                waiting.add(call);
                call.expireAfter(timer);
                connect = !connecting;
                connecting = true;
            }
        }
        call.result().whenComplete((response, failure) -> open.remove(call));
        if (connect) {
            connect();
        }
        return call.result();
    }

    private Optional<OrreryException> refusal() {
        if (closed) {
            return Optional.of(OrreryException.of(ErrorCode.CANCELLED, "the client was closed"));
        }
        if (dead.isPresent()) {
            return dead;
        }
        return open.size() < MOST_OPEN_CALLS
                ? Optional.empty()
                : Optional.of(OrreryException.of(
                        ErrorCode.ACTOR_OVERLOADED,
                        MOST_OPEN_CALLS + " calls of this client wait for actor '" + label + "'",
                        Map.of("actor", life.getActor())));
    }

    private void send(RpcConnection to, ActorCall call) {
        if (call.result().isDone()) {
            return;
        }
        CompletableFuture<ActorCallResponse> sent = to.call(Protocol.CALL_ACTOR, call.request(), call.left());
        sent.whenComplete((response, failure) -> {
            if (failure == null) {
                call.result().complete(response);
            } else {
                onFailure(call, ErrorCodec.unwrap(failure));
            }
        });
        call.result().whenComplete((response, failure) -> sent.cancel(false));
    }

    private void onFailure(ActorCall call, Throwable failure) {
        if (call.result().isDone()) {
            return;
        }
        if (!(failure instanceof OrreryException known)) {
            call.result().completeExceptionally(failure);
            return;
        }
        switch (known.code()) {
            case DEADLINE_EXCEEDED -> call.expire();
            // A worker that is being stopped may say so before it ends.
            case CONNECTION_LOST, UNAVAILABLE -> verdict().thenAccept(death -> call.fail(death.orElse(known)));
            default -> call.fail(known);
        }
    }

    /** How the actor died; empty when the leader does not know it to be dead. Never fails. */
    private CompletableFuture<Optional<OrreryException>> verdict() {
        synchronized (lock) {
            if (dead.isPresent()) {
                return CompletableFuture.completedFuture(dead);
            }
            if (verdict.isEmpty() || verdict.get().isDone()) {
                CompletableFuture<Optional<OrreryException>> asked = whereabouts.death();
                verdict = Optional.of(asked.thenApply(this::found));
            }
            return verdict.get();
        }
    }

    private Optional<OrreryException> found(Optional<OrreryException> death) {
        death.ifPresent(this::died);
        return death;
    }

    private void died(OrreryException why) {
        List<ActorCall> failed;
        synchronized (lock) {
            dead = Optional.of(why);
            connecting = false;
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        failed.forEach(call -> call.fail(why));
    }

    private void connect() {
        whereabouts.dial().whenComplete((made, failure) -> {
            if (failure == null) {
                connected(made);
            } else {
                notConnected(ErrorCodec.unwrap(failure));
            }
        });
    }

    private void connected(RpcConnection made) {
        synchronized (lock) {
            connecting = false;
            if (closed) {
                made.close();
                return;
            }
            connection = Optional.of(made);
            // Under the lock, so that no later call overtakes.
            for (ActorCall call = waiting.poll(); call != null; call = waiting.poll()) {
                send(made, call);
            }
        }
        made.closed().thenAccept(why -> disconnected(made));
    }

    // What is compared is which connection it was.
    @SuppressWarnings("ReferenceEquality")
    private void disconnected(RpcConnection lost) {
        boolean connect;
        synchronized (lock) {
            if (connection.isPresent() && connection.get() == lost) {
                connection = Optional.empty();
            }
            connect = !waiting.isEmpty() && !connecting && !closed;
            connecting |= connect;
        }
        if (connect) {
            connect();
        }
    }

    private void notConnected(Throwable failure) {
        if (failure instanceof OrreryException known) {
            switch (known.code()) {
                case ACTOR_DEAD -> {
                    died(known);
                    return;
                }
                case CONNECTION_FAILED, CONNECTION_LOST, UNAVAILABLE, DEADLINE_EXCEEDED -> {
                    if (tryAgain()) {
                        return;
                    }
                }
                default -> {}
            }
        }
        List<ActorCall> failed;
        synchronized (lock) {
            connecting = false;
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        failed.forEach(call -> call.result().completeExceptionally(failure));
    }

    /** Until every waiting call has met its deadline. */
    private boolean tryAgain() {
        synchronized (lock) {
            waiting.removeIf(call -> call.result().isDone());
            if (waiting.isEmpty() || closed) {
                return false;
            }
        }
        try {
            timer.schedule(this::connect, PAUSE_NANOS);
            return true;
        } catch (OrreryException e) {
            return false;
        }
    }

    /** Ends the connection; calls that wait fail with CANCELLED. Idempotent. */
    @Override
    public void close() {
        Optional<RpcConnection> last;
        synchronized (lock) {
            closed = true;
            last = connection;
            connection = Optional.empty();
            waiting.clear();
        }
        open.forEach(call -> call.fail(OrreryException.of(ErrorCode.CANCELLED, "the client was closed")));
        last.ifPresent(RpcConnection::close);
    }
}
