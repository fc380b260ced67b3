package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Row;

/** Told while a run goes on. */
public interface Progress {
    void phase(String what);

    void row(Row row);

    void pair(PairRow pair);
}
