package dev.orrery.internal.client;

import dev.orrery.ActorRef;
import dev.orrery.ActorStatus;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorAction0;
import dev.orrery.function.ActorAction1;
import dev.orrery.function.ActorAction2;
import dev.orrery.function.ActorAction3;
import dev.orrery.function.ActorAction4;
import dev.orrery.function.ActorMethod0;
import dev.orrery.function.ActorMethod1;
import dev.orrery.function.ActorMethod2;
import dev.orrery.function.ActorMethod3;
import dev.orrery.function.ActorMethod4;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorReference;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.internal.time.UserDurations;
import dev.orrery.internal.transfer.Hold;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What users hold of an actor. */
@SuppressWarnings("overloads")
final class RemoteActor<A> implements ActorRef<A> {
    static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(1);
    private static final Duration KILL_TIMEOUT = Duration.ofMinutes(1);

    /** What the references to one actor share. */
    record Parts(ClusterClient client, ValueCodec codec, ActorLink link, Duration callTimeout) {}

    private final Parts parts;
    private final Duration deadline;

    RemoteActor(Parts parts, Duration deadline) {
        this.parts = parts;
        this.deadline = deadline;
    }

    @Override
    public String id() {
        return parts.link().actor();
    }

    @Override
    public Optional<String> name() {
        return parts.link().name();
    }

    ActorReference toMessage() {
        return ActorReference.newBuilder()
                .setActor(id())
                .setLabel(parts.link().label())
                .setName(name().orElse(""))
                .setCallRetries(parts.link().callRetries())
                .setDeadlineMillis(deadline.toMillis())
                .build();
    }

    @Override
    public ActorRef<A> within(Duration each) {
        return new RemoteActor<>(parts, UserDurations.checked("deadline", each));
    }

    @Override
    public <R> CompletableFuture<R> call(ActorMethod0<A, R> method) {
        return send(method);
    }

    @Override
    public <X1, R> CompletableFuture<R> call(ActorMethod1<A, X1, R> method, X1 argument1) {
        return send(method, argument1);
    }

    @Override
    public <X1, X2, R> CompletableFuture<R> call(ActorMethod2<A, X1, X2, R> method, X1 argument1, X2 argument2) {
        return send(method, argument1, argument2);
    }

    @Override
    public <X1, X2, X3, R> CompletableFuture<R> call(
            ActorMethod3<A, X1, X2, X3, R> method, X1 argument1, X2 argument2, X3 argument3) {
        return send(method, argument1, argument2, argument3);
    }

    @Override
    public <X1, X2, X3, X4, R> CompletableFuture<R> call(
            ActorMethod4<A, X1, X2, X3, X4, R> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return send(method, argument1, argument2, argument3, argument4);
    }

    @Override
    public CompletableFuture<Void> call(ActorAction0<A> method) {
        return send(method);
    }

    @Override
    public <X1> CompletableFuture<Void> call(ActorAction1<A, X1> method, X1 argument1) {
        return send(method, argument1);
    }

    @Override
    public <X1, X2> CompletableFuture<Void> call(ActorAction2<A, X1, X2> method, X1 argument1, X2 argument2) {
        return send(method, argument1, argument2);
    }

    @Override
    public <X1, X2, X3> CompletableFuture<Void> call(
            ActorAction3<A, X1, X2, X3> method, X1 argument1, X2 argument2, X3 argument3) {
        return send(method, argument1, argument2, argument3);
    }

    @Override
    public <X1, X2, X3, X4> CompletableFuture<Void> call(
            ActorAction4<A, X1, X2, X3, X4> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return send(method, argument1, argument2, argument3, argument4);
    }

    @Override
    public <R> CompletableFuture<R> callAsync(ActorMethod0<A, ? extends CompletionStage<R>> method) {
        return sendAsync(method);
    }

    @Override
    public <X1, R> CompletableFuture<R> callAsync(
            ActorMethod1<A, X1, ? extends CompletionStage<R>> method, X1 argument1) {
        return sendAsync(method, argument1);
    }

    @Override
    public <X1, X2, R> CompletableFuture<R> callAsync(
            ActorMethod2<A, X1, X2, ? extends CompletionStage<R>> method, X1 argument1, X2 argument2) {
        return sendAsync(method, argument1, argument2);
    }

    @Override
    public <X1, X2, X3, R> CompletableFuture<R> callAsync(
            ActorMethod3<A, X1, X2, X3, ? extends CompletionStage<R>> method,
            X1 argument1,
            X2 argument2,
            X3 argument3) {
        return sendAsync(method, argument1, argument2, argument3);
    }

    @Override
    public <X1, X2, X3, X4, R> CompletableFuture<R> callAsync(
            ActorMethod4<A, X1, X2, X3, X4, ? extends CompletionStage<R>> method,
            X1 argument1,
            X2 argument2,
            X3 argument3,
            X4 argument4) {
        return sendAsync(method, argument1, argument2, argument3, argument4);
    }

    private <R> CompletableFuture<R> send(Serializable function, Object... arguments) {
        return send(ActorCallRequest.newBuilder(), function, arguments);
    }

    private <R> CompletableFuture<R> sendAsync(Serializable function, Object... arguments) {
        return send(ActorCallRequest.newBuilder().setAsync(true), function, arguments);
    }

    private <R> CompletableFuture<R> send(
            ActorCallRequest.Builder request, Serializable function, Object... arguments) {
        try {
            ActorFunctions.Described described = parts.client().functions().describe(function);
            request.setFunction(described.message());
            CompletableFuture<ActorCallResponse> call = call(request, described.name(), arguments);
            CallOutcome<R> outcome = new CallOutcome<>(parts.client().completions(), () -> call.cancel(true));
            if (call.isCompletedExceptionally()) {
                // Refused here: the caller knows at once.
                call.whenComplete((none, failure) -> outcome.completeExceptionally(ErrorCodec.unwrap(failure)));
                return outcome;
            }
            call.whenComplete((response, failure) -> {
                if (failure == null) {
                    outcome.arrive(new Answer<>(parts.codec(), described.name(), response, taken(response)));
                } else {
                    outcome.arriveFailed(ErrorCodec.unwrap(failure));
                }
            });
            return outcome;
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What the arguments refer to is held until the call has ended. */
    private CompletableFuture<ActorCallResponse> call(
            ActorCallRequest.Builder request, String method, Object... arguments) {
        List<InnerReferences> inner = new ArrayList<>(0);
        boolean sent = false;
        try {
            for (int i = 0; i < arguments.length; i++) {
                InnerReferences found = new InnerReferences();
                inner.add(found);
                request.addArguments(
                        parts.codec().toMessage("argument " + (i + 1) + " of " + method, arguments[i], found));
            }
            CompletableFuture<ActorCallResponse> call = parts.link().call(method, request.build(), deadline);
            sent = true;
            if (inner.stream().anyMatch(found -> !found.isEmpty())) {
                call.whenComplete((response, failure) -> inner.forEach(InnerReferences::letGo));
            }
            return call;
        } finally {
            if (!sent) {
                inner.forEach(InnerReferences::letGo);
            }
        }
    }

    /** What the result refers to, which its actor holds until this process does. */
    private Hold taken(ActorCallResponse response) {
        if (response.getKeptAs().isEmpty()) {
            return Hold.NOTHING;
        }
        Hold taken =
                parts.client().exchange().references().take(response.getResult().getReferencesList());
        taken.settled().thenRun(() -> parts.link().release(response.getKeptAs()));
        return taken;
    }

    private record Answer<R>(ValueCodec codec, String method, ActorCallResponse response, Hold inner)
            implements CallOutcome.Reading<R> {
        @Override
        // The method's own type; a wrong one shows where the value is used, as with any erased type.
        @SuppressWarnings("unchecked")
        public R read() {
            try {
                return (R) codec.fromMessage("the result of " + method, response.getResult());
            } finally {
                // What was read holds its own.
                inner.letGo();
            }
        }

        @Override
        public void release(R result) {
            ValueCodec.release(result);
        }
    }

    @Override
    public ActorStatus status() {
        return ActorViews.status(describe(parts.callTimeout()));
    }

    private ActorView describe(Duration timeout) {
        return parts.client()
                .call(
                        Protocol.DESCRIBE_ACTOR,
                        DescribeActorRequest.newBuilder().setActor(id()).build(),
                        timeout);
    }

    @Override
    public void kill() {
        kill(KILL_TIMEOUT);
    }

    @Override
    public void kill(Duration timeout) {
        Waiting waiting = new Waiting(NanoClock.SYSTEM, UserDurations.checked("timeout", timeout), parts.callTimeout());
        parts.client()
                .call(
                        Protocol.KILL_ACTOR,
                        KillActorRequest.newBuilder().setActor(id()).build(),
                        waiting.callTimeout());
        ActorView view;
        do {
            try {
                view = describe(waiting.callTimeout());
            } catch (NotFoundException e) {
                return;
            }
            if (view.getState().equals("DEAD")) {
                return;
            }
            waiting.pause("actor " + id());
        } while (!waiting.isOver());
        throw waiting.expired("actor '" + view.getLabel() + "' to end; it is " + view.getState());
    }

    /** Whether it is the same actor, whatever the deadline of its calls. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RemoteActor<?> reference && reference.id().equals(id());
    }

    @Override
    public int hashCode() {
        return id().hashCode();
    }

    @Override
    public String toString() {
        return "actor " + parts.link().label() + " (" + id() + ")";
    }
}
