package dev.orrery.function;

import java.io.Serializable;

/** Makes an actor from three arguments; usually a constructor reference. See {@link dev.orrery.Orrery#actor}. */
@FunctionalInterface
public interface ActorFactory3<X1, X2, X3, A> extends Serializable {
    A create(X1 argument1, X2 argument2, X3 argument3) throws Exception;
}
