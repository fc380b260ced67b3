package dev.orrery.function;

import java.io.Serializable;

/** A method of an actor with no argument and a result; usually a method reference. See {@link dev.orrery.ActorRef}. */
@FunctionalInterface
public interface ActorMethod0<A, R> extends Serializable {
    R call(A actor) throws Exception;
}
