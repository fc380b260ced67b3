package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.RowText;
import dev.orrery.benchmarks.scenario.Progress;
import java.io.PrintWriter;

/** Lines on the terminal. */
final class ConsoleProgress implements Progress {
    private final PrintWriter out;

    ConsoleProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void phase(String what) {
        line("-- " + what);
    }

    @Override
    public void row(Row row) {
        line(RowText.of(row));
    }

    @Override
    public void pair(PairRow pair) {
        line(RowText.of(pair));
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
