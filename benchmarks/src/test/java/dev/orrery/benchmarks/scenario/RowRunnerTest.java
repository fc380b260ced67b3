package dev.orrery.benchmarks.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.benchmarks.machine.CoreRoundTrip;
import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowRunnerTest {
    private static final RunPlan PLAN =
            new RunPlan(3, 4, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, List.of(), List.of());
    private static final Subject SUBJECT = new Subject(Topic.ONE_WAY, 4096, 1, 1);
    private static final Calibration ONCE = new Calibration(1, 1, 0, 0, 0);

    private final List<String> order = new ArrayList<>();
    private final RowRunner runner = new RowRunner(PLAN, new CoreRoundTrip());

    private Trial trial(Contender side, double value) {
        return new Trial(side, new Team(side.label()), load -> {
            order.add(side.label());
            return new Measured(1, value);
        });
    }

    @Test
    void theSidesTakeTurns() throws InterruptedException {
        Row row = runner.row(SUBJECT, ONCE, List.of(trial(Contender.TCP, 2), trial(Contender.GLOO, 4)));
        assertEquals(
                // First each is tried once to see how long it takes.
                List.of("TCP", "Gloo", "TCP", "Gloo", "TCP", "Gloo", "TCP", "Gloo"), order);
        assertEquals(0.5, row.ratio(Contender.TCP, Contender.GLOO).orElseThrow());
        assertEquals(List.of(2.0, 2.0, 2.0), row.sides().get(0).runs());
        assertEquals(3, row.coreRoundTripNanos().size());
    }

    @Test
    void aSideThatFailsIsLeftOutAndTheOthersGoOn() throws InterruptedException {
        int[] runs = {0};
        Trial failing = new Trial(Contender.MULTIWORLD, new Team("test"), load -> {
            if (++runs[0] == 3) {
                throw new TeamFailedException("broken");
            }
            return new Measured(1, 9);
        });
        Row row = runner.row(SUBJECT, ONCE, List.of(failing, trial(Contender.TCP, 2)));
        assertEquals(3, runs[0]);
        assertEquals(1, row.sides().size());
        assertEquals(3, row.sides().get(0).runs().size());
    }

    @Test
    void theOrderWithinPairsAlternates() throws TeamFailedException, InterruptedException {
        PairRow pair = runner.pairs(
                SUBJECT, Contender.TCP, ONCE, List.of(trial(Contender.MANAGED, 3), trial(Contender.UNMANAGED, 4)));
        assertEquals(List.of("managed", "unmanaged", "unmanaged", "managed"), order.subList(2, 6));
        assertEquals(0.75, pair.medianRatio());
        assertEquals(4, pair.first().runs().size());
    }
}
