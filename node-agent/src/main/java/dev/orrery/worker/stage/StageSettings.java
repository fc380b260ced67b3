package dev.orrery.worker.stage;

import dev.orrery.internal.time.NanoClock;

/**
 * What the user thread goes by.
 *
 * @param stage name of the stage
 * @param host where it runs, and
 * @param logPath what tells more there: for failures
 */
record StageSettings(
        String stage,
        String host,
        String logPath,
        Declarations declarations,
        long maxTensorBytes,
        NanoClock clock,
        StallWatch stallWatch) {}
