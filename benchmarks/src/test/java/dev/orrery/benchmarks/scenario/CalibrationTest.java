package dev.orrery.benchmarks.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final RunPlan PLAN =
            new RunPlan(5, 5, Duration.ofMillis(100), Duration.ofMillis(100), Duration.ZERO, List.of(), List.of());

    private static Trial taking(long nanosEach) {
        return new Trial(Contender.TCP, new Team("test"), load -> new Measured(load.count() * nanosEach, 1));
    }

    private static Load load(Calibration calibration, Trial trial) throws TeamFailedException, InterruptedException {
        return calibration.load(trial, PLAN);
    }

    @Test
    void fillsTheTimeOfARun() throws TeamFailedException, InterruptedException {
        Load load = load(Calibration.oneWay(4 * RunPlan.KIB, 16), taking(1_000));
        assertEquals(100_000, load.count());
        assertEquals(10_000, load.warmup());
    }

    @Test
    void runsForTheTimeOfTheWarmUp() throws TeamFailedException, InterruptedException {
        long[] nanos = {0};
        Trial trial = new Trial(Contender.TCP, new Team("test"), load -> {
            nanos[0] += load.count() * 1_000;
            return new Measured(load.count() * 1_000, 1);
        });
        RunPlan plan = new RunPlan(
                5, 5, Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(200), List.of(), List.of());
        assertEquals(10_000, Calibration.roundTrips().load(trial, plan).count());
        assertTrue(nanos[0] >= Duration.ofSeconds(1).toNanos(), () -> "ran for " + nanos[0] + " ns");
    }

    @Test
    void slowOperationsAreDoneAFewTimes() throws TeamFailedException, InterruptedException {
        Load load = load(Calibration.oneWay(4 * RunPlan.MIB, 16), taking(1_000_000_000));
        assertEquals(36, load.count());
        assertEquals(16, load.warmup());
    }

    @Test
    void aRunUsesEachBufferAndEachOutstandingOperation() throws TeamFailedException, InterruptedException {
        Load large = load(Calibration.oneWay(64 * RunPlan.MIB, 16), taking(1_000_000_000));
        assertTrue(large.warmup() + large.count() >= 16, large::toString);
    }

    @Test
    void codeThatGetsFasterIsTriedAgain() throws TeamFailedException, InterruptedException {
        long[] nanosEach = {1_000_000};
        Trial warming = new Trial(Contender.TCP, new Team("test"), load -> {
            long nanos = load.count() * nanosEach[0];
            nanosEach[0] = Math.max(1_000, nanosEach[0] / 30);
            return new Measured(nanos, 1);
        });
        Load load = load(Calibration.oneWay(4 * RunPlan.KIB, 1), warming);
        assertTrue(load.count() > 50_000, load::toString);
    }

    @Test
    void parkedRoundTripsAreAlwaysAsMany() throws TeamFailedException, InterruptedException {
        assertEquals(40, load(Calibration.parkedRoundTrips(), taking(10)).count());
    }
}
