package dev.orrery.function;

import java.io.Serializable;

/** A void method of an actor with four arguments; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorAction4<A, X1, X2, X3, X4> extends Serializable {
    void run(A actor, X1 argument1, X2 argument2, X3 argument3, X4 argument4) throws Exception;
}
