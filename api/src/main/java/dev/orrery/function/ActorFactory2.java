package dev.orrery.function;

import java.io.Serializable;

/** Makes an actor from two arguments; usually a constructor reference. See {@link dev.orrery.Orrery#actor}. */
@FunctionalInterface
public interface ActorFactory2<X1, X2, A> extends Serializable {
    A create(X1 argument1, X2 argument2) throws Exception;
}
