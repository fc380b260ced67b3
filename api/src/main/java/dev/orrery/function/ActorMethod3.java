package dev.orrery.function;

import java.io.Serializable;

/** A method of an actor with three arguments and a result; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorMethod3<A, X1, X2, X3, R> extends Serializable {
    R call(A actor, X1 argument1, X2 argument2, X3 argument3) throws Exception;
}
