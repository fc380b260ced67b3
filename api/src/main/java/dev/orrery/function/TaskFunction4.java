package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: four arguments, a result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskFunction4<X1, X2, X3, X4, R> extends Serializable {
    R run(X1 argument1, X2 argument2, X3 argument3, X4 argument4) throws Exception;
}
