package dev.orrery.function;

import java.io.Serializable;

/** A void method of an actor with two arguments; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorAction2<A, X1, X2> extends Serializable {
    void run(A actor, X1 argument1, X2 argument2) throws Exception;
}
