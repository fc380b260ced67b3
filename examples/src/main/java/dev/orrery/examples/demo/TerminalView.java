package dev.orrery.examples.demo;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar that stays at the bottom, with the events above it. */
final class TerminalView implements LiveView {
    private static final int WIDTH = 150;

    private final PrintStream out;
    private final ProgressBar bar;

    TerminalView(PrintStream out, int expected) {
        this.out = out;
        this.bar = new ProgressBarBuilder()
                .setTaskName("answered")
                .setInitialMax(expected)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .hideEta()
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                .build();
    }

    @Override
    public void progress(int answered, int expected, double perSecond, double p50, double p99, String status) {
        bar.maxHint(Math.max(expected, answered));
        bar.stepTo(answered);
        bar.setExtraMessage(String.format(Locale.ROOT, " %.0f/s p50 %.1f p99 %.1f ms %s", perSecond, p50, p99, status));
    }

    @Override
    public void event(String line) {
        // Over the bar, which is drawn again below.
        out.print("\r* " + line + " ".repeat(Math.max(0, WIDTH - 2 - line.length())) + "\n");
        bar.refresh();
    }

    @Override
    public void close() {
        bar.close();
    }
}
