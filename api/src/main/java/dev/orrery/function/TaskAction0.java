package dev.orrery.function;

import java.io.Serializable;

/** What a task runs: no arguments, no result; usually a reference to a static method. See {@link dev.orrery.Orrery#task}. */
@FunctionalInterface
public interface TaskAction0 extends Serializable {
    void run() throws Exception;
}
