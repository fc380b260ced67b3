package dev.orrery.examples.it;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** By one that waited for it. */
@Tag("full")
class WarmReplacementIT extends ReplacementScenario {
    @Override
    int warmWorkers() {
        return 1;
    }

    @Override
    Duration bound() {
        return Duration.ofMillis(500);
    }
}
