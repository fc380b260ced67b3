package dev.orrery.gateway.core;

import dev.orrery.error.OrreryException;

/** How a request ended. */
public sealed interface Outcome {
    /** @param attempts how often it was sent into the pipeline */
    record Answered(Payload answer, int attempts) implements Outcome {}

    record Failed(OrreryException error) implements Outcome {}
}
