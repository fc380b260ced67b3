package dev.orrery.function;

import java.io.Serializable;

/** A void method of an actor with no argument; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorAction0<A> extends Serializable {
    void run(A actor) throws Exception;
}
