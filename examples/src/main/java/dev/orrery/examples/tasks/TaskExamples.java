package dev.orrery.examples.tasks;

import java.util.List;

/** All of them. */
public final class TaskExamples {
    public static final List<TaskExample> ALL = List.of(WordCount.EXAMPLE, BlockMatrix.EXAMPLE);

    private TaskExamples() {}
}
