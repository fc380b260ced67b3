package dev.orrery.function;

import java.io.Serializable;

/** A method of an actor with one argument and a result; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorMethod1<A, X1, R> extends Serializable {
    R call(A actor, X1 argument1) throws Exception;
}
