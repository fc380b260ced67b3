package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: one argument, a result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskFunction1<X1, R> extends Serializable {
    R run(X1 argument1) throws Exception;
}
