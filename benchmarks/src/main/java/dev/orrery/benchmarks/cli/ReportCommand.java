package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.control.ControlPage;
import dev.orrery.benchmarks.control.ControlReport;
import dev.orrery.benchmarks.core.CorePage;
import dev.orrery.benchmarks.core.CoreReport;
import dev.orrery.benchmarks.report.BenchReport;
import dev.orrery.benchmarks.report.MarkdownReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Prints a report of worlds as a page in Markdown.")
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "What 'worlds --report' wrote.")
    private Path report;

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description = "What 'control --report' wrote; its section is added.")
    private Path control;

    @Option(names = "--core", paramLabel = "FILE", description = "What 'core --report' wrote; its section is added.")
    private Path core;

    @Option(names = "--notes", paramLabel = "FILE", description = "Markdown that ends the page.")
    private Path notes;

    @Override
    public Integer call() throws IOException {
        String ending = notes == null ? "" : Files.readString(notes);
        if (control != null) {
            ending = ControlPage.of(ControlReport.read(control)) + "\n" + ending;
        }
        if (core != null) {
            ending = CorePage.of(CoreReport.read(core)) + "\n" + ending;
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.print(new MarkdownReport(BenchReport.read(report)).page(ending));
        return 0;
    }
}
