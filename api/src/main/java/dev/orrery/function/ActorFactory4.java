package dev.orrery.function;

import java.io.Serializable;

/** Makes an actor from four arguments; usually a constructor reference. See {@link dev.orrery.Orrery#actor}. */
@FunctionalInterface
public interface ActorFactory4<X1, X2, X3, X4, A> extends Serializable {
    A create(X1 argument1, X2 argument2, X3 argument3, X4 argument4) throws Exception;
}
