package dev.orrery;

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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An actor: an object of the user's that lives in a worker of its own. It lives until it is killed, its worker dies,
 * or the driver that started it ends (unless it is {@link ActorBuilder#detached}). When its worker dies and it may restart (see {@link ActorBuilder#restarts}), the
 * reference stays usable: calls that are made while no life of it is there wait for the next one, up to their deadline.
 * Thread-safe.
 */
// A method reference always tells which of the two is meant; a lambda does when its parameters have types.
@SuppressWarnings("overloads")
public interface ActorRef<A> {
    /** Unique in the cluster for ever. */
    String id();

    /** Empty when it was started without one. */
    Optional<String> name();

    /** The same actor, with that time for each call, from the call to its result: a millisecond to a year. By default a minute. */
    ActorRef<A> within(Duration deadline);

    /**
     * Calls a method of the actor. Returns at once; calls that are made here one after the other are taken in that order; one
     * ends before the next begins, unless the actor has {@link ActorBuilder#maxConcurrency}. The future fails with
     *
     * <ul>
     *   <li>ACTOR_FAILED: the method threw; the failure is its exception. The actor lives on.
     *   <li>ACTOR_DEAD: the failure tells how it died. Of a call that was under way the message says that it is not known
     *       whether it has run.
     *   <li>ACTOR_RESTARTED: the life that had the call ended and another one follows; the failure tells how it ended. Whether
     *       the call has run is not known. See {@link ActorBuilder#callRetries}.
     *   <li>CHECKPOINT_FAILED, CHECKPOINT_TOO_LARGE: the call has run, and the state that was to be saved before its answer (see {@link
     *       Checkpointable}) is not: a next life of the actor would not know of it.
     *   <li>LEASE_LOST: the actor is exclusive, and its lease ended while the call ran: it has run, at least in part, and its
     *       outcome is not told.
     *   <li>CONNECTION_LOST: the way to the actor was lost; whether the call has run is not known.
     *   <li>NOT_SERIALIZABLE: an argument, the result or the lambda, named.
     *   <li>ACTOR_OVERLOADED: more calls wait than the actor takes, or here for its next life; it was not called.
     *   <li>DEADLINE_EXCEEDED: see {@link #within}; the method is not interrupted. The message names the actor, and its state
     *       when it has no life.
     *   <li>INVALID_ARGUMENT: the method is null, or not one of what the actor is (see {@link Orrery#actor(String, Class)}).
     *   <li>CANCELLED: the {@link Orrery} that this reference is from was closed.
     * </ul>
     *
     * <p>A tensor that is an argument is copied here, and lent to the method there until it returns; one that the method
     * returns belongs to the framework then.
     *
     * @param method usually a method reference; see {@link dev.orrery.function}
     * @return completes on a thread of the client's, where it may block; a tensor in it is the caller's to close. Cancelling
     *     it takes a call that still waits out of the actor's queue
     */
    <R> CompletableFuture<R> call(ActorMethod0<A, R> method);

    /** As {@link #call(ActorMethod0)}. */
    <X1, R> CompletableFuture<R> call(ActorMethod1<A, X1, R> method, X1 argument1);

    /** As {@link #call(ActorMethod0)}. */
    <X1, X2, R> CompletableFuture<R> call(ActorMethod2<A, X1, X2, R> method, X1 argument1, X2 argument2);

    /** As {@link #call(ActorMethod0)}. */
    <X1, X2, X3, R> CompletableFuture<R> call(
            ActorMethod3<A, X1, X2, X3, R> method, X1 argument1, X2 argument2, X3 argument3);

    /** As {@link #call(ActorMethod0)}. */
    <X1, X2, X3, X4, R> CompletableFuture<R> call(
            ActorMethod4<A, X1, X2, X3, X4, R> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4);

    /** As {@link #call(ActorMethod0)}, for a void method. A lambda needs types for its parameters, to tell the two apart. */
    CompletableFuture<Void> call(ActorAction0<A> method);

    /** As {@link #call(ActorAction0)}. */
    <X1> CompletableFuture<Void> call(ActorAction1<A, X1> method, X1 argument1);

    /** As {@link #call(ActorAction0)}. */
    <X1, X2> CompletableFuture<Void> call(ActorAction2<A, X1, X2> method, X1 argument1, X2 argument2);

    /** As {@link #call(ActorAction0)}. */
    <X1, X2, X3> CompletableFuture<Void> call(
            ActorAction3<A, X1, X2, X3> method, X1 argument1, X2 argument2, X3 argument3);

    /** As {@link #call(ActorAction0)}. */
    <X1, X2, X3, X4> CompletableFuture<Void> call(
            ActorAction4<A, X1, X2, X3, X4> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4);

    /**
     * Calls a method that returns a {@link CompletionStage}: the result of the call is that of the stage, and the actor's thread does
     * not wait for it. The call has ended when the stage has; until then it counts as one that runs, so that several run at once only
     * with {@link ActorBuilder#maxConcurrency}. A stage that is still not complete when the actor ends fails its call with
     * ACTOR_DEAD. All else is as for {@link #call(ActorMethod0)}; a method that returns null fails with INVALID_ARGUMENT, and so does
     * one that returns a stage to {@code call}.
     */
    <R> CompletableFuture<R> callAsync(ActorMethod0<A, ? extends CompletionStage<R>> method);

    /** As {@link #callAsync(ActorMethod0)}. */
    <X1, R> CompletableFuture<R> callAsync(ActorMethod1<A, X1, ? extends CompletionStage<R>> method, X1 argument1);

    /** As {@link #callAsync(ActorMethod0)}. */
    <X1, X2, R> CompletableFuture<R> callAsync(
            ActorMethod2<A, X1, X2, ? extends CompletionStage<R>> method, X1 argument1, X2 argument2);

    /** As {@link #callAsync(ActorMethod0)}. */
    <X1, X2, X3, R> CompletableFuture<R> callAsync(
            ActorMethod3<A, X1, X2, X3, ? extends CompletionStage<R>> method, X1 argument1, X2 argument2, X3 argument3);

    /** As {@link #callAsync(ActorMethod0)}. */
    <X1, X2, X3, X4, R> CompletableFuture<R> callAsync(
            ActorMethod4<A, X1, X2, X3, X4, ? extends CompletionStage<R>> method,
            X1 argument1,
            X2 argument2,
            X3 argument3,
            X4 argument4);

    /** Asks the leader. Throws NOT_FOUND when it died so long ago that it is forgotten. */
    ActorStatus status();

    /** As {@link #kill(Duration)}, for a minute. */
    void kill();

    /**
     * Ends the actor and waits until it is DEAD and its name is free. Calls that wait or run fail with ACTOR_DEAD, its worlds
     * break. An actor that is {@link AutoCloseable} is closed first, if what it is doing ends soon enough. Idempotent.
     * Throws DEADLINE_EXCEEDED.
     */
    void kill(Duration timeout);
}
