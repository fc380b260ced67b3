package dev.orrery;

import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a pipeline treats requests and failures.
 *
 * @param queueCapacity accepted requests that may wait at the gateway for a free path; then OVERLOADED
 * @param maxAttempts how often one request is sent into the pipeline at most, not counting attempts that ended with the
 *     death of a replica: the third such death fails the request as poisoned. 1: none is ever sent twice
 * @param requestDeadline for requests that give none
 * @param drainDeadline how long a replica that is scaled in may finish what it has
 * @param maxTensorBytes no tensor of a request, an answer or between stages may be larger
 * @param openTimeout from the launch of a worker to the end of its stage's {@code open}
 * @param maxRestarts crashes of one replica within {@code restartWindow}; one more ends it
 */
public record PipelinePolicy(
        int queueCapacity,
        int maxAttempts,
        Duration requestDeadline,
        Duration drainDeadline,
        long maxTensorBytes,
        Duration openTimeout,
        int maxRestarts,
        Duration restartWindow) {
    /** What does not hold, in words. */
    List<String> errors() {
        List<String> errors = new ArrayList<>();
        if (queueCapacity < 1) {
            errors.add("queueCapacity must be at least 1, not " + queueCapacity);
        }
        if (maxAttempts < 1) {
            errors.add("maxAttempts must be at least 1, not " + maxAttempts);
        }
        if (maxTensorBytes < 1) {
            errors.add("maxTensorBytes must be at least 1, not " + maxTensorBytes);
        }
        if (maxRestarts < 0) {
            errors.add("restarts must not be negative: " + maxRestarts);
        }
        positive("requestDeadline", requestDeadline, errors);
        positive("drainDeadline", drainDeadline, errors);
        positive("openTimeout", openTimeout, errors);
        positive("the window of restarts", restartWindow, errors);
        return errors;
    }

    /** Durations travel in milliseconds. */
    static void positive(String what, Duration value, List<String> errors) {
        if (!UserDurations.fits(value)) {
            errors.add(UserDurations.complaint(what, value));
        }
    }
}
