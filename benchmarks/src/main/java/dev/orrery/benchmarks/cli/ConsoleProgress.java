package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.report.BenchReport;
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

    static void summary(BenchReport report, PrintWriter out) {
        out.println("-- targets");
        report.targets().forEach(target -> out.println(RowText.of(target)));
        report.peers().forEach((name, state) -> {
            if (!state.error().isEmpty()) {
                out.println("could not be run: " + name + ": " + state.error());
            }
        });
        report.failures().forEach(failure -> out.println("FAILED: " + failure));
        out.println("took " + report.seconds() + " s");
        out.flush();
    }
}
