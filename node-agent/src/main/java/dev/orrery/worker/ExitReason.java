package dev.orrery.worker;

import dev.orrery.error.Failure;
import java.util.Optional;

/**
 * Why a worker process ends.
 *
 * @param code the process's exit code
 * @param why for the log
 * @param failure what was logged, and reported to the agent
 */
public record ExitReason(int code, String why, Optional<Failure> failure) {
    static final int STOPPED = 0;
    static final int FAILED = 1;

    /** Its agent never took it for its own. */
    static final int UNREGISTERED = 4;

    /** Its agent is gone for good and nothing uses it. */
    static final int ABANDONED = 5;

    static ExitReason stopped(String why) {
        return new ExitReason(STOPPED, why, Optional.empty());
    }

    static ExitReason failed(Failure failure) {
        return new ExitReason(FAILED, "it failed, as told above", Optional.of(failure));
    }
}
