package dev.orrery.function;

import java.io.Serializable;

/** Makes an actor from one argument; usually a constructor reference. See {@link dev.orrery.Orrery#actor}. */
@FunctionalInterface
public interface ActorFactory1<X1, A> extends Serializable {
    A create(X1 argument1) throws Exception;
}
