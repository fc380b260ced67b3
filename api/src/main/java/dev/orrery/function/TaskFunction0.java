package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: no arguments, a result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskFunction0<R> extends Serializable {
    R run() throws Exception;
}
