package dev.orrery.examples.it;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** By one that is started for it. */
@Tag("full")
class ColdReplacementIT extends ReplacementScenario {
    @Override
    int warmWorkers() {
        return 0;
    }

    @Override
    Duration bound() {
        return Duration.ofSeconds(2);
    }
}
