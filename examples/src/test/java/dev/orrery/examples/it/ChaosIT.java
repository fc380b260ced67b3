package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.examples.chaos.run.ChaosLauncher;
import dev.orrery.examples.chaos.run.ChaosOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults of all kinds, planned from a seed. {@code -Dorrery.chaos.seed=N} has another minute of them,
 * {@code -Dorrery.chaos.seeds=N} and {@code -Dorrery.chaos.minutes=M} more or longer ones of the long runs.
 */
class ChaosIT {
    private static final long SEED = Long.getLong("orrery.chaos.seed", 1);
    private static final long SEEDS = Long.getLong("orrery.chaos.seeds", 4);
    private static final int MINUTES = Integer.getInteger("orrery.chaos.minutes", 3);
    private static final long FIRST_LONG_SEED = 101;

    @Test
    @Timeout(300)
    void aMinuteOfFaultsBreaksNoPromise() throws Exception {
        expectNoViolation(SEED, 1);
    }

    static LongStream longSeeds() {
        return LongStream.range(FIRST_LONG_SEED, FIRST_LONG_SEED + SEEDS);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("longSeeds")
    void minutesOfFaultsBreakNoPromise(long seed) throws Exception {
        expectNoViolation(seed, MINUTES);
    }

    private static void expectNoViolation(long seed, int minutes) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of("target", "it", "ChaosIT").toAbsolutePath());
        Path fresh = Files.createTempDirectory(folder, "seed-" + seed + "-");
        ChaosOptions options =
                new ChaosOptions(seed, minutes, Optional.of(fresh.resolve("report.json")), Optional.of(fresh), false);
        assertEquals(0, new ChaosLauncher(options, System.out).run(), "see the report in " + fresh);
    }
}
