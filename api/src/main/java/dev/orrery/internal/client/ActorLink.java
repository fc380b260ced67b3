package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorWhereabouts.Dialled;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ReleaseResults;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The way to an actor, whichever of its lives is there: calls go over one connection in the order in which they were made;
 * no head is on the path. While no life can be reached they wait here. When the connection to a life is lost, the leader is
 * asked what became of it before anything is sent elsewhere: what the life did not begin is sent to the next one; what it may
 * have run is sent again only as often as the actor's options allow, and fails otherwise. Thread-safe.
 */
final class ActorLink implements AutoCloseable {
    /** Beyond what any actor's queue takes by default, so that it is the actor that refuses. */
    static final int MOST_OPEN_CALLS = 100_000;

    private static final int SHARE_OF_HEAP = 4;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String actor;
    private final String label;
    private final Optional<String> name;
    private final int callRetries;
    private final ActorWhereabouts whereabouts;
    private final LeaderClient timer;
    private final Consumer<ActorLink> onDeath;
    private final Set<ActorCall> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private final WaitingCalls waiting = new WaitingCalls(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    private final List<ReturnedCall> returned = new ArrayList<>();
    private Optional<Dialled> connection = Optional.empty();
    private Optional<OrreryException> dead = Optional.empty();
    private long lastNumber;
    /** Whether the leader is being asked, a connection made, or a pause waited for: one at a time. */
    private boolean busy;

    private boolean closed;
    private volatile String state = "";

    /** @param onDeath is told when its actor is known to be dead; any thread */
    ActorLink(ActorView view, ActorWhereabouts whereabouts, LeaderClient timer, Consumer<ActorLink> onDeath) {
        this.actor = view.getLife().getActor();
        this.label = view.getLabel();
        this.name = ActorViews.name(view);
        this.callRetries = view.getCallRetries();
        this.whereabouts = whereabouts;
        this.timer = timer;
        this.onDeath = onDeath;
    }

    String actor() {
        return actor;
    }

    String label() {
        return label;
    }

    Optional<String> name() {
        return name;
    }

    int callRetries() {
        return callRetries;
    }

    /**
     * @param method for errors
     * @param request without the life
     */
    CompletableFuture<ActorCallResponse> call(String method, ActorCallRequest request, Duration timeout) {
        ActorCall call;
        synchronized (lock) {
            lastNumber++;
            ActorCall.Target target = new ActorCall.Target(actor, label, method);
            call = new ActorCall(target, lastNumber, request, timeout, callRetries);
            Optional<Dialled> ready = ready();
            Optional<OrreryException> refusal = refusal(call, ready.isPresent());
            if (refusal.isPresent()) {
                call.fail(refusal.get());
                return call.result();
            }
            open.add(call);
            if (ready.isPresent()) {
                send(ready.get(), call);
            } else {
                await(call);
            }
        }
        call.result().whenComplete((response, failure) -> open.remove(call));
        proceed();
        return call.result();
    }

    /** Where a call can go at once without overtaking another. */
    private Optional<Dialled> ready() {
        return waiting.isEmpty() && returned.isEmpty() ? connection.filter(Dialled::isOpen) : Optional.empty();
    }

    private Optional<OrreryException> refusal(ActorCall call, boolean ready) {
        if (closed) {
            return Optional.of(closedHere());
        }
        if (dead.isPresent()) {
            return dead;
        }
        return open.size() < MOST_OPEN_CALLS && (ready || waiting.takes(call))
                ? Optional.empty()
                : Optional.of(OrreryException.of(
                        ErrorCode.ACTOR_OVERLOADED,
                        "as many calls of this client wait for actor '%s' as may (at most %d calls, and a quarter of its heap)%s"
                                .formatted(label, MOST_OPEN_CALLS, state.isEmpty() ? "" : "; " + state),
                        Map.of("actor", actor)));
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    private void await(ActorCall call) {
        waiting.add(call);
        call.expireAfter(timer, () -> state);
        call.result().whenComplete((response, failure) -> forget(call));
    }

    private void forget(ActorCall call) {
        synchronized (lock) {
            waiting.remove(call);
        }
    }

    private void send(Dialled to, ActorCall call) {
        if (call.result().isDone()) {
            return;
        }
        CompletableFuture<ActorCallResponse> sent =
                to.rpc().call(Protocol.CALL_ACTOR, call.requestTo(to.life()), call.left());
        sent.whenComplete((response, failure) -> {
            if (failure == null) {
                if (!call.result().complete(response)) {
                    release(response.getKeptAs());
                }
            } else {
                onFailure(call, to, ErrorCodec.unwrap(failure));
            }
        });
        call.result().whenComplete((response, failure) -> sent.cancel(false));
    }

    /** A result that the actor's life keeps is needed there no more; nothing happens when that life has ended. */
    void release(String keptAs) {
        Optional<Dialled> to;
        synchronized (lock) {
            to = connection.filter(Dialled::isOpen);
        }
        if (!keptAs.isEmpty()) {
            to.ifPresent(dialled -> dialled.rpc()
                    .notify(
                            Protocol.RELEASE_RESULTS,
                            ReleaseResults.newBuilder().addNames(keptAs).build()));
        }
    }

    private void onFailure(ActorCall call, Dialled from, Throwable failure) {
        if (call.result().isDone()) {
            return;
        }
        if (!(failure instanceof OrreryException known)) {
            call.result().completeExceptionally(failure);
            return;
        }
        CallEnd end = CallEnd.of(known.code());
        switch (end) {
            case ANSWERED -> call.fail(known);
            case LATE -> call.expire("");
            case NOT_RUN, UNKNOWN -> cameBack(new ReturnedCall(call, from, end, known));
        }
    }

    private void cameBack(ReturnedCall one) {
        synchronized (lock) {
            if (closed) {
                one.call().fail(closedHere());
            } else if (dead.isPresent()) {
                one.fail(dead.get());
            } else {
                returned.add(one);
                one.call().expireAfter(timer, () -> state);
            }
        }
        proceed();
    }

    /** Takes the next step, unless one is under way; what ends a step takes the one after it. */
    private void proceed() {
        Optional<ReturnedCall> unclear;
        synchronized (lock) {
            if (busy || closed || dead.isPresent()) {
                return;
            }
            unclear = returned.stream().findFirst();
            if (unclear.isEmpty()) {
                if (waiting.isEmpty()) {
                    return;
                }
                if (connection.filter(Dialled::isOpen).isPresent()) {
                    flush(connection.get());
                    return;
                }
            }
            busy = true;
        }
        unclear.ifPresentOrElse(
                one -> whereabouts.fate(one.from().life()).thenAccept(fate -> settle(one.from(), fate)), this::connect);
    }

    /** Under the lock, so that no later call overtakes. */
    private void flush(Dialled to) {
        state = "";
        waiting.take().forEach(call -> send(to, call));
    }

    /** Now that it is known what became of that life. */
    private void settle(Dialled from, LifeFate fate) {
        if (fate instanceof LifeFate.Dead death) {
            died(death.why());
            return;
        }
        List<ReturnedCall> settled;
        boolean over = fate instanceof LifeFate.Over;
        boolean strange;
        synchronized (lock) {
            settled = returned.stream()
                    .filter(one -> one.from().life().equals(from.life()))
                    .toList();
            returned.removeAll(settled);
            strange = settled.stream().anyMatch(one -> one.why().code() == ErrorCode.FENCED);
            if (over || strange) {
                connection = connection.filter(to -> !to.life().equals(from.life()));
            }
            settled.stream().findFirst().ifPresent(one -> state = one.why().detail());
            if (over) {
                state = "its life " + from.life().getIncarnation() + " ended";
            }
            settled.forEach(one -> settle(one, fate));
        }
        if (strange) {
            from.close();
        }
        if (over) {
            letGo(from);
            free();
        } else {
            pause();
        }
    }

    private void settle(ReturnedCall one, LifeFate fate) {
        ActorCall call = one.call();
        if (call.result().isDone()) {
            return;
        }
        if (one.end() == CallEnd.NOT_RUN) {
            await(call);
        } else if (call.mayRepeat()) {
            call.repeat();
            await(call);
        } else if (fate instanceof LifeFate.Over over) {
            call.failRestarted(one.from().life(), over.cause());
        } else {
            call.failUnknown(one.why());
        }
    }

    private void died(OrreryException why) {
        List<ReturnedCall> undone;
        List<ActorCall> unsent;
        Optional<Dialled> last;
        synchronized (lock) {
            dead = Optional.of(why);
            busy = false;
            last = connection;
            undone = List.copyOf(returned);
            returned.clear();
            unsent = waiting.take();
        }
        unsent.forEach(call -> call.fail(why));
        undone.forEach(one -> one.fail(why));
        last.ifPresent(this::letGo);
        onDeath.accept(this);
    }

    /** Once what was sent there has an answer, which a life that ends in good order gives still. */
    private void letGo(Dialled over) {
        CompletableFuture<?>[] answers = open.stream().map(ActorCall::result).toArray(CompletableFuture[]::new);
        var unused = CompletableFuture.allOf(answers).whenComplete((all, failure) -> over.lifeIsOver());
    }

    private void free() {
        synchronized (lock) {
            busy = false;
        }
        proceed();
    }

    private void pause() {
        try {
            timer.schedule(this::free, PAUSE_NANOS);
        } catch (OrreryException e) {
            close();
        }
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

    private void connected(Dialled made) {
        synchronized (lock) {
            if (closed) {
                made.close();
                return;
            }
            connection = Optional.of(made);
            state = "";
        }
        made.onClosed(this::proceed);
        free();
    }

    private void notConnected(Throwable failure) {
        if (failure instanceof OrreryException known) {
            switch (known.code()) {
                case ACTOR_DEAD -> {
                    died(known);
                    return;
                }
                case CONNECTION_FAILED, CONNECTION_LOST, UNAVAILABLE, DEADLINE_EXCEEDED -> {
                    // Until every waiting call has met its deadline.
                    state = known.detail();
                    pause();
                    return;
                }
                default -> {}
            }
        }
        List<ActorCall> failed;
        synchronized (lock) {
            busy = false;
            failed = waiting.take();
        }
        failed.forEach(call -> call.result().completeExceptionally(failure));
    }

    /** Ends the connection; calls that wait fail with CANCELLED. Idempotent. */
    @Override
    public void close() {
        Optional<Dialled> last;
        synchronized (lock) {
            closed = true;
            last = connection;
            connection = Optional.empty();
            returned.clear();
            waiting.take();
        }
        open.forEach(call -> call.fail(closedHere()));
        last.ifPresent(Dialled::close);
    }
}
