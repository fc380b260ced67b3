package dev.orrery.worker.stage;

import dev.orrery.internal.time.NanoClock;

/**
 * What the user thread goes by.
 *
 * @param stage name of the stage
 */
record StageSettings(
        String stage, Declarations declarations, long maxTensorBytes, NanoClock clock, StallWatch stallWatch) {}
