package dev.orrery.function;

import java.io.Serializable;

/** A void method of an actor with one argument; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorAction1<A, X1> extends Serializable {
    void run(A actor, X1 argument1) throws Exception;
}
