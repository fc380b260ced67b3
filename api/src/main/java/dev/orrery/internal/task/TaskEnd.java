package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import java.util.stream.Stream;

/** What an error that a sent task came back with says of it. */
enum TaskEnd {
    /** It is the outcome. */
    FAILED,
    /** Its time is over. */
    LATE,
    /** The function threw what the task's options call worth another run. */
    REPEATED,
    /** The worker did not begin it. */
    GIVEN_BACK,
    /** An argument is not where it was, so it was not sent, or not begun. */
    WANTING,
    /** The worker died, or cannot be reached: it may have run. */
    LOST;

    static TaskEnd of(Throwable failure, TaskOptions options) {
        if (!(failure instanceof OrreryException known)) {
            return FAILED;
        }
        return switch (known.code()) {
            case DEADLINE_EXCEEDED -> LATE;
            case FENCED, UNAVAILABLE -> GIVEN_BACK;
            case OBJECT_LOST -> WANTING;
            case CONNECTION_LOST, ACTOR_DEAD -> LOST;
            case TASK_FAILED -> isWorthARun(known, options) ? REPEATED : FAILED;
            default -> FAILED;
        };
    }

    private static boolean isWorthARun(OrreryException failed, TaskOptions options) {
        return failed.code() == ErrorCode.TASK_FAILED
                && failed.failure().stream().flatMap(TaskEnd::chain).anyMatch(thrown -> options.retryOn().stream()
                        .anyMatch(type -> isA(thrown.kind(), type)));
    }

    /** The exception and its causes. */
    private static Stream<Failure> chain(Failure first) {
        return Stream.concat(Stream.of(first), first.consequence().stream().flatMap(TaskEnd::chain));
    }

    private static boolean isA(String className, Class<?> type) {
        if (className.equals(type.getName())) {
            return true;
        }
        ClassLoader loader = type.getClassLoader();
        try {
            return type.isAssignableFrom(
                    Class.forName(className, false, loader == null ? ClassLoader.getSystemClassLoader() : loader));
        } catch (ClassNotFoundException | LinkageError e) {
            // Not known here, so nobody can have meant it.
            return false;
        }
    }
}
