package dev.orrery.examples.tasks;

import dev.orrery.Orrery;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A program of tasks that checks what it computes.
 *
 * @param what for people, in one line
 */
public record TaskExample(String name, String what, Program program) {
    /** What is run. */
    @FunctionalInterface
    public interface Program {
        /**
         * Throws IllegalStateException when something is not as it should be.
         *
         * @param out takes what it tells, line by line
         */
        void run(Orrery orrery, Consumer<String> out) throws IOException;
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
