package dev.orrery.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;

/** A library that worlds were to be compared with: its version, or why it could not be run. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PeerState(String version, String error) {
    /** Absent properties are read as null. */
    public PeerState {
        version = Objects.requireNonNullElse(version, "");
        error = Objects.requireNonNullElse(error, "");
    }
}
