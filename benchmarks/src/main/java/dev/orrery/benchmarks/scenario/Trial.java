package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;

/** What is run again and again for one side of a row. */
record Trial(Contender side, Team team, Work work) {
    @FunctionalInterface
    interface Work {
        Measured run(Load load) throws TeamFailedException, InterruptedException;
    }
}
