package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.PlacementOptions;
import dev.orrery.internal.proto.ActorFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskQueueTest {
    private final TaskQueue queue = new TaskQueue();

    private static SubmittedTask task(String name, long timeoutMillis) {
        TaskOptions options = new TaskOptions(
                Optional.empty(),
                1_000,
                0,
                PlacementOptions.none(),
                3,
                List.of(),
                Duration.ofMillis(timeoutMillis),
                List.of());
        return new SubmittedTask("job-" + name, name, options, ActorFunction.getDefaultInstance(), 0);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        for (Optional<SubmittedTask> next = queue.first(); next.isPresent(); next = queue.first()) {
            names.add(next.get().name());
            queue.remove(next.get());
        }
        return names;
    }

    @Test
    void whatCameBackGoesFirstInItsOrder() {
        queue.add(task("a", 1_000), 1, 0);
        queue.add(task("b", 1_000), 1, 0);
        queue.putBack(task("c", 1_000), 1);
        queue.putBack(task("d", 1_000), 1);
        assertEquals(List.of("c", "d", "a", "b"), names());
        assertTrue(queue.isEmpty());
    }

    @Test
    void backlogIsTheSumOfWhatIsExpected() {
        SubmittedTask first = task("a", 1_000);
        queue.add(first, 10, 0);
        queue.putBack(task("b", 1_000), 5);
        assertEquals(15, queue.backlogNanos());
        assertTrue(queue.remove(first));
        assertFalse(queue.remove(first));
        assertEquals(5, queue.backlogNanos());
        assertEquals(1, queue.size());
        queue.takeAll();
        assertEquals(0, queue.backlogNanos());
    }

    @Test
    void tellsHowLongNothingHasLeft() {
        assertEquals(0, queue.stalledNanos(100));
        SubmittedTask first = task("a", 1_000);
        queue.add(first, 1, 100);
        queue.add(task("b", 1_000), 1, 120);
        assertEquals(50, queue.stalledNanos(150));
        queue.remove(first);
        assertEquals(70, queue.stalledNanos(170), "sent, but nothing was done");
        queue.progressed(160);
        assertEquals(10, queue.stalledNanos(170));
    }

    @Test
    void thoseWhoseTimeIsOverAreTakenOut() {
        SubmittedTask soon = task("soon", 1);
        SubmittedTask later = task("later", 5);
        queue.add(task("long", 1_000), 1, 0);
        queue.putBack(later, 1);
        queue.add(soon, 1, 0);
        assertEquals(List.of(), queue.takeExpired(999_999));
        assertEquals(List.of(soon), queue.takeExpired(1_000_000));
        assertEquals(List.of(), queue.takeExpired(4_999_999));
        assertEquals(List.of(later), queue.takeExpired(5_000_000));
        assertEquals(List.of("long"), names());
        assertEquals(List.of(), queue.takeExpired(Long.MAX_VALUE));
    }

    @Test
    void countsDeathsOnlyOfAWorkerThatHadNothingElse() {
        SubmittedTask task = task("a", 1_000);
        for (int death = 0; death < 10; death++) {
            assertTrue(task.survivesDeath(false));
        }
        assertTrue(task.survivesDeath(true));
        assertTrue(task.survivesThrow());
        assertTrue(task.survivesDeath(true));
        assertFalse(task.survivesDeath(true));
    }
}
