package dev.orrery.examples.chaos.run;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run is to do.
 *
 * @param seed from which the faults are planned
 * @param minutes that faults go on for
 * @param report where to write it as JSON
 * @param directory where data and logs stay; without it they go with a run that had no violation
 * @param loopback whether all processes are to be at one host even where there could be several
 */
public record ChaosOptions(long seed, int minutes, Optional<Path> report, Optional<Path> directory, boolean loopback) {
    private static final int MOST_MINUTES = 24 * 60;

    public ChaosOptions {
        List<String> errors = new ArrayList<>();
        if (minutes < 1 || minutes > MOST_MINUTES) {
            errors.add("minutes must be from 1 to " + MOST_MINUTES + ", not " + minutes);
        }
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, String.join("; ", errors));
        }
    }
}
