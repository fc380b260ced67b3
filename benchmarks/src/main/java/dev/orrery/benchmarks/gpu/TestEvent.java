package dev.orrery.benchmarks.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * What happened in a suite: one a line of a file, so that they are there even if its process crashes.
 *
 * @param test its name for people
 * @param why of a failure or a skipped one
 */
record TestEvent(Kind kind, String test, String why) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    enum Kind {
        STARTED,
        PASSED,
        FAILED,
        SKIPPED
    }

    String line() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + this, e);
        }
    }

    /** Empty for a line that its process could not finish. */
    static Optional<TestEvent> of(String line) {
        try {
            return Optional.of(MAPPER.readValue(line, TestEvent.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
