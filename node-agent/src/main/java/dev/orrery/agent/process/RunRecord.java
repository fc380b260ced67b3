package dev.orrery.agent.process;

import java.util.Optional;

/**
 * What the shim has written so far.
 *
 * @param claimed whether the shim has begun, or can never begin any more
 * @param bootId of the host when the shim began
 * @param exit as a shell tells it
 */
public record RunRecord(
        boolean claimed,
        Optional<String> bootId,
        Optional<ProcessId> shim,
        Optional<ProcessId> worker,
        Optional<Integer> exit) {

    public static final RunRecord NOTHING =
            new RunRecord(false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
