package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.control.ControlPage;
import dev.orrery.benchmarks.control.ControlReport;
import dev.orrery.benchmarks.core.CorePage;
import dev.orrery.benchmarks.core.CoreReport;
import dev.orrery.benchmarks.report.BenchReport;
import dev.orrery.benchmarks.report.MarkdownReport;
import dev.orrery.benchmarks.report.PageSections;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "report", mixinStandardHelpOptions = true, description = "Prints reports as a page in Markdown.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "What 'worlds --report' wrote; begins the page.")
    private Path report;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description =
                    "A page that was made before, for where there is no report of worlds: its other sections stay.")
    private Path page;

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description = "What 'control --report' wrote; its section is made anew.")
    private Path control;

    @Option(
            names = "--core",
            paramLabel = "FILE",
            description = "What 'core --report' wrote; its section is made anew.")
    private Path core;

    @Option(names = "--notes", paramLabel = "FILE", description = "Markdown whose sections end the page.")
    private Path notes;

    @Override
    public Integer call() throws IOException {
        if (report == null && page == null) {
            throw new ParameterException(
                    spec.commandLine(), "say which report of worlds begins the page, or give an earlier one by --page");
        }
        String made = report == null ? Files.readString(page) : new MarkdownReport(BenchReport.read(report)).page();
        if (control != null) {
            made = PageSections.replace(made, ControlPage.of(ControlReport.read(control)));
        }
        if (core != null) {
            made = PageSections.replace(made, CorePage.of(CoreReport.read(core)));
        }
        if (notes != null) {
            made = PageSections.replace(made, Files.readString(notes));
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.print(made);
        return 0;
    }
}
