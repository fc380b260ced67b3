package dev.orrery.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.PlacementOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskEndTest {
    private static TaskOptions retryingOn(List<Class<? extends Throwable>> types) {
        return new TaskOptions(
                Optional.empty(), 1_000, 0, PlacementOptions.none(), 3, types, Duration.ofHours(1), List.of());
    }

    private static OrreryException threw(Throwable thrown) {
        return OrreryException.of(ErrorCode.TASK_FAILED, "f threw", Map.of(), Optional.of(Failure.of(thrown)));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeHasAMeaning(ErrorCode code) {
        TaskEnd expected =
                switch (code) {
                    case DEADLINE_EXCEEDED -> TaskEnd.LATE;
                    case UNAVAILABLE, FENCED -> TaskEnd.GIVEN_BACK;
                    case OBJECT_LOST -> TaskEnd.WANTING;
                    case CONNECTION_LOST, ACTOR_DEAD -> TaskEnd.LOST;
                    default -> TaskEnd.FAILED;
                };
        assertEquals(expected, TaskEnd.of(OrreryException.of(code, "why"), retryingOn(List.of(IOException.class))));
    }

    @Test
    void whatIsNoErrorOfOrrerysIsTheOutcome() {
        assertEquals(
                TaskEnd.FAILED,
                TaskEnd.of(new IllegalStateException("a defect"), retryingOn(List.of(IOException.class))));
    }

    @Test
    void onlyWhatTheOptionsNameIsWorthAnotherRun() {
        OrreryException failed = threw(new FileNotFoundException("gone"));
        assertEquals(TaskEnd.FAILED, TaskEnd.of(failed, retryingOn(List.of())));
        assertEquals(TaskEnd.FAILED, TaskEnd.of(failed, retryingOn(List.of(IllegalStateException.class))));
        assertEquals(TaskEnd.REPEATED, TaskEnd.of(failed, retryingOn(List.of(FileNotFoundException.class))));
        assertEquals(
                TaskEnd.REPEATED,
                TaskEnd.of(failed, retryingOn(List.of(IllegalStateException.class, IOException.class))));
    }

    @Test
    void aCauseCountsAsWell() {
        OrreryException failed = threw(new UncheckedIOException(new IOException("gone")));
        assertEquals(TaskEnd.REPEATED, TaskEnd.of(failed, retryingOn(List.of(IOException.class))));
        assertEquals(TaskEnd.REPEATED, TaskEnd.of(failed, retryingOn(List.of(UncheckedIOException.class))));
    }

    @Test
    void anExceptionThatIsNotKnownHereIsNone() {
        Failure unknown = Failure.of("com.example.Unheard", "of");
        OrreryException failed = OrreryException.of(ErrorCode.TASK_FAILED, "f threw", Map.of(), Optional.of(unknown));
        assertEquals(TaskEnd.FAILED, TaskEnd.of(failed, retryingOn(List.of(RuntimeException.class))));
    }
}
