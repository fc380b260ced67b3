package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: three arguments, no result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskAction3<X1, X2, X3> extends Serializable {
    void run(X1 argument1, X2 argument2, X3 argument3) throws Exception;
}
