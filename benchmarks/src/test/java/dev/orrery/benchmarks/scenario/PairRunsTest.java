package dev.orrery.benchmarks.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import org.junit.jupiter.api.Test;

final class PairRunsTest {
    private final PairRuns runs = new PairRuns();

    private void pair(double coresBefore, double first, double second) {
        runs.cores(coresBefore);
        runs.first(first);
        runs.second(second);
    }

    private PairRow row() {
        Subject subject = new Subject(Topic.MANAGEMENT, 4096, 16, 1);
        return runs.row(subject, Contender.SHARED_MEMORY, Contender.MANAGED, Contender.UNMANAGED);
    }

    @Test
    void pairsDuringWhichTheCoresMovedAreLeftOut() {
        for (int i = 0; i < 15; i++) {
            pair(60, 1, 2);
        }
        pair(60, 100, 1);
        pair(300, 1, 2);
        runs.cores(310);
        PairRow row = row();
        assertEquals(16, row.first().runs().size());
        assertEquals(16, row.coreRoundTripNanos().size());
        assertEquals(1, row.leftOut());
        assertEquals(0.5, row.interval().upper());
    }

    @Test
    void allCountWhenTooFewAreLeft() {
        for (int i = 0; i < 15; i++) {
            pair(i % 2 == 0 ? 60 : 300, 1, 2);
        }
        runs.cores(60);
        assertEquals(15, row().first().runs().size());
        assertEquals(0, row().leftOut());
    }

    @Test
    void theCoresAreLookedAtAroundEachPair() {
        pair(60, 1, 2);
        assertThrows(IllegalStateException.class, this::row);
    }
}
