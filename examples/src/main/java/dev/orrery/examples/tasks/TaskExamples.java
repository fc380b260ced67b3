package dev.orrery.examples.tasks;

import dev.orrery.examples.ExampleProgram;
import java.util.List;

/** All of them. */
public final class TaskExamples {
    public static final List<ExampleProgram> ALL = List.of(WordCount.EXAMPLE, BlockMatrix.EXAMPLE);

    private TaskExamples() {}
}
