package dev.orrery.benchmarks.command;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Objects;

/**
 * What a participant answers to one command.
 *
 * @param error why it failed; empty when ok
 * @param nanos how long what was measured took
 * @param each how long each round trip took, in nanoseconds
 * @param version of the library that it measures; in the first reply only
 * @param address what others connect to
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Reply(boolean ok, String error, long nanos, List<Long> each, String version, String address) {
    /** Absent properties arrive as null. */
    public Reply {
        error = Objects.requireNonNullElse(error, "");
        each = List.copyOf(Objects.requireNonNullElse(each, List.of()));
        version = Objects.requireNonNullElse(version, "");
        address = Objects.requireNonNullElse(address, "");
    }

    public static Reply done() {
        return took(0);
    }

    public static Reply took(long nanos) {
        return new Reply(true, "", nanos, List.of(), "", "");
    }

    public static Reply roundTrips(List<Long> each) {
        return new Reply(true, "", each.stream().mapToLong(Long::longValue).sum(), each, "", "");
    }

    public static Reply at(String address) {
        return new Reply(true, "", 0, List.of(), "", address);
    }

    public static Reply started(String version) {
        return new Reply(true, "", 0, List.of(), version, "");
    }

    public static Reply failed(String why) {
        return new Reply(false, why, 0, List.of(), "", "");
    }
}
