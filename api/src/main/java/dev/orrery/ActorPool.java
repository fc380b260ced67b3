package dev.orrery;

import dev.orrery.error.ErrorCode;
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
import dev.orrery.internal.pool.CallPool;
import dev.orrery.internal.pool.PoolMap;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Several actors that do the same work: each call goes to the one that has the fewest of this pool's calls. While all have as many
 * as they may, calls wait here and are given out in the order in which they were made; when they run, and end, has no order. An
 * actor may be in several pools and be called by others as well. The actors are the caller's: a pool starts and ends none, has no
 * thread of its own and needs no close. Thread-safe.
 *
 * <p>An actor with a call that fails with ACTOR_DEAD gets no more calls. Those of its calls that are known not to have been begun
 * go to others; one that may have run fails, and is never repeated. One that restarts goes on: what it is given meanwhile waits
 * for its next life.
 */
// A method reference always tells which of the two is meant; a lambda does when its parameters have types.
@SuppressWarnings("overloads")
public final class ActorPool<A> {
    private final CallPool<A> calls;

    private ActorPool(CallPool<A> calls) {
        this.calls = calls;
    }

    /** One call for each actor at a time, 10,000 that wait, a minute for each; see {@link ActorPoolOptions}. */
    public static <A> ActorPool<A> of(List<ActorRef<A>> actors) {
        return of(actors, ActorPoolOptions.builder().build());
    }

    /**
     * Throws INVALID_ARGUMENT for no actors, and for one that is given twice.
     *
     * @param actors what they are given by {@link ActorRef#within} does not count: the options have the deadline
     */
    public static <A> ActorPool<A> of(List<ActorRef<A>> actors, ActorPoolOptions options) {
        Given.given("the record of options", options);
        Set<String> ids = new HashSet<>();
        for (ActorRef<A> actor : Given.given("the list of actors", actors)) {
            if (!ids.add(Given.given("an actor of the pool", actor).id())) {
                throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, actor + " is named more than once");
            }
        }
        if (ids.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a pool has at least one actor");
        }
        return new ActorPool<>(new CallPool<>(actors, options));
    }

    /** Those that get calls, in the order in which they were given: all that are not known here to be dead. */
    public List<ActorRef<A>> actors() {
        return calls.living();
    }

    /** How many calls wait for an actor to be free. */
    public int waiting() {
        return calls.waiting();
    }

    /**
     * Calls the method at one of the actors. Returns at once. The future fails as that of {@link ActorRef#call(ActorMethod0)}
     * does, and with
     *
     * <ul>
     *   <li>ACTOR_OVERLOADED: as many calls wait here as may; it was not made.
     *   <li>DEADLINE_EXCEEDED: the time of {@link ActorPoolOptions#deadline} is over, whether it waited here or was under way.
     *   <li>ACTOR_DEAD: the actor that had it died, and it is not known whether it has run; or no actor lives any more, and the
     *       message tells how many died, the failure how the last one did.
     * </ul>
     *
     * <p>The arguments are read when the call is given to an actor, and again when that had died before. Until the future is done
     * they must not change, and tensors among them must stay open.
     *
     * @return completes on a thread of the client's (or of the JDK's common pool, when its time was over while it waited), where
     *     it may block; a tensor in it is the caller's to close. Cancelling it takes a call that waits out of the pool, or does
     *     what it does at an actor, which counts as free then even if it has not ended the method
     */
    public <R> CompletableFuture<R> call(ActorMethod0<A, R> method) {
        return calls.call(actor -> actor.call(method));
    }

    /** As {@link #call(ActorMethod0)}. */
    public <X1, R> CompletableFuture<R> call(ActorMethod1<A, X1, R> method, X1 argument1) {
        return calls.call(actor -> actor.call(method, argument1));
    }

    /** As {@link #call(ActorMethod0)}. */
    public <X1, X2, R> CompletableFuture<R> call(ActorMethod2<A, X1, X2, R> method, X1 argument1, X2 argument2) {
        return calls.call(actor -> actor.call(method, argument1, argument2));
    }

    /** As {@link #call(ActorMethod0)}. */
    public <X1, X2, X3, R> CompletableFuture<R> call(
            ActorMethod3<A, X1, X2, X3, R> method, X1 argument1, X2 argument2, X3 argument3) {
        return calls.call(actor -> actor.call(method, argument1, argument2, argument3));
    }

    /** As {@link #call(ActorMethod0)}. */
    public <X1, X2, X3, X4, R> CompletableFuture<R> call(
            ActorMethod4<A, X1, X2, X3, X4, R> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return calls.call(actor -> actor.call(method, argument1, argument2, argument3, argument4));
    }

    /** As {@link #call(ActorMethod0)}, for a void method. A lambda needs types for its parameters, to tell the two apart. */
    public CompletableFuture<Void> call(ActorAction0<A> method) {
        return calls.call(actor -> actor.call(method));
    }

    /** As {@link #call(ActorAction0)}. */
    public <X1> CompletableFuture<Void> call(ActorAction1<A, X1> method, X1 argument1) {
        return calls.call(actor -> actor.call(method, argument1));
    }

    /** As {@link #call(ActorAction0)}. */
    public <X1, X2> CompletableFuture<Void> call(ActorAction2<A, X1, X2> method, X1 argument1, X2 argument2) {
        return calls.call(actor -> actor.call(method, argument1, argument2));
    }

    /** As {@link #call(ActorAction0)}. */
    public <X1, X2, X3> CompletableFuture<Void> call(
            ActorAction3<A, X1, X2, X3> method, X1 argument1, X2 argument2, X3 argument3) {
        return calls.call(actor -> actor.call(method, argument1, argument2, argument3));
    }

    /** As {@link #call(ActorAction0)}. */
    public <X1, X2, X3, X4> CompletableFuture<Void> call(
            ActorAction4<A, X1, X2, X3, X4> method, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return calls.call(actor -> actor.call(method, argument1, argument2, argument3, argument4));
    }

    /**
     * Calls the method with each of the arguments and waits for all results, which come in the order of the arguments. Any number
     * of arguments will do: twice as many calls as the actors take are made at a time, whatever waits here. Throws what the first call that
     * failed failed with, naming its argument; DEADLINE_EXCEEDED, which says how many calls have no result; INVALID_ARGUMENT;
     * CANCELLED when the thread is interrupted. The calls that have no result are cancelled then.
     *
     * @param timeout for all, beside the deadline of each: a millisecond to a year
     */
    public <X, R> List<R> map(ActorMethod1<A, X, R> method, List<? extends X> arguments, Duration timeout) {
        Given.given("the list of arguments", arguments);
        return PoolMap.results(calls, (actor, argument) -> actor.call(method, argument), arguments, timeout);
    }
}
