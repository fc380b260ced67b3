package dev.orrery.examples;

import dev.orrery.Orrery;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A program that checks what it computes.
 *
 * @param what for people, in one line
 */
public record ExampleProgram(String name, String what, Body body) {
    /** What is run. */
    @FunctionalInterface
    public interface Body {
        /**
         * Throws IllegalStateException when something is not as it should be.
         *
         * @param out takes what it tells, line by line
         */
        void run(Orrery orrery, Consumer<String> out) throws IOException;
    }

    /** Throws IllegalStateException with these words unless it holds. */
    public static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
