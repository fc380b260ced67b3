package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: three arguments, a result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskFunction3<X1, X2, X3, R> extends Serializable {
    R run(X1 argument1, X2 argument2, X3 argument3) throws Exception;
}
