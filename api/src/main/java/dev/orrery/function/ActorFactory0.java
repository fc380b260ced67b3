package dev.orrery.function;

import java.io.Serializable;

/** Makes an actor from no argument; usually a constructor reference. See {@link dev.orrery.Orrery#actor}. */
@FunctionalInterface
public interface ActorFactory0<A> extends Serializable {
    A create() throws Exception;
}
