package dev.orrery.function;

import java.io.Serializable;

/** A method of an actor with four arguments and a result; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorMethod4<A, X1, X2, X3, X4, R> extends Serializable {
    R call(A actor, X1 argument1, X2 argument2, X3 argument3, X4 argument4) throws Exception;
}
