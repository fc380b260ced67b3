package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.TasksOfName;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskTallyTest {
    private final TaskTally tally = new TaskTally();

    private static TasksOfName told(String name, long open, long done, long failed) {
        return TasksOfName.newBuilder()
                .setName(name)
                .setOpen(open)
                .setDone(done)
                .setFailed(failed)
                .build();
    }

    @Test
    void whatIsOpenComesFirst() {
        tally.ended(tally.begun("quick"), true);
        tally.ended(tally.begun("quick"), false);
        String slow = tally.begun("slow");
        assertEquals(List.of(told("slow", 1, 0, 0), told("quick", 0, 1, 1)), tally.tell());
        tally.ended(slow, true);
        tally.ended(tally.begun("slow"), true);
        assertEquals(List.of(told("slow", 0, 2, 0), told("quick", 0, 1, 1)), tally.tell());
    }

    @Test
    void namesWithoutEndAreCountedTogether() {
        for (int i = 0; i < TaskTally.MOST_NAMES + 30; i++) {
            tally.begun("task-" + i);
        }
        tally.ended(tally.begun("one more"), true);
        assertEquals(told(TaskTally.OTHERS, 30, 1, 0), tally.tell().get(0));
        assertEquals("task-7", tally.begun("task-7"));
    }
}
