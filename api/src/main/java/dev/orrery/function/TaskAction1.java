package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: one argument, no result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskAction1<X1> extends Serializable {
    void run(X1 argument1) throws Exception;
}
