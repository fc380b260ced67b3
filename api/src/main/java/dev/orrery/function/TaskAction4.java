package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: four arguments, no result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskAction4<X1, X2, X3, X4> extends Serializable {
    void run(X1 argument1, X2 argument2, X3 argument3, X4 argument4) throws Exception;
}
