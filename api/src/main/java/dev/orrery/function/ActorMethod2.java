package dev.orrery.function;

import java.io.Serializable;

/** A method of an actor with two arguments and a result; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorMethod2<A, X1, X2, R> extends Serializable {
    R call(A actor, X1 argument1, X2 argument2) throws Exception;
}
