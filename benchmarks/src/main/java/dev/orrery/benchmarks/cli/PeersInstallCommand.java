package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.process.PeerEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "peers-install",
        mixinStandardHelpOptions = true,
        description = {
            "Installs what 'bench worlds' and 'bench core' compare with into the folder .peers of this source tree:",
            "PyTorch and MultiWorld (gigabytes), and Ray.",
            "Needs Python 3.10 or 3.11 with venv, pip, and for MultiWorld the command 'patch'."
        })
final class PeersInstallCommand implements Callable<Integer> {
    private static final long STEP_MINUTES = 60;

    @Option(names = "--python", paramLabel = "COMMAND", description = "Default: ${DEFAULT-VALUE}.")
    private String python = "python3";

    @Parameters(arity = "0..*", paramLabel = "BENCH", description = "worlds or core; by default both.")
    private List<PeerEnvironment> wanted = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        List<PeerEnvironment> all = wanted.isEmpty() ? List.of(PeerEnvironment.values()) : wanted;
        boolean worlds = all.contains(PeerEnvironment.WORLDS);
        if (worlds && !succeeds(List.of("patch", "--version"))) {
            return fail(
                    out, "needs the command 'patch', with which MultiWorld patches torch (Debian: apt install patch)");
        }
        if (!succeeds(List.of(python, "-c", "import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 12))"))) {
            return fail(
                    out, "needs Python 3.10 or 3.11, which torch 2.4.0 and MultiWorld run on; say which with --python");
        }
        Path home = SourceTree.home();
        for (PeerEnvironment environment : all) {
            Optional<String> failure = install(environment, home);
            if (failure.isPresent()) {
                return fail(out, failure.get());
            }
        }
        if (worlds) {
            // The first import patches torch and ends the process with exit code 1; the second one must work.
            String own = PeerEnvironment.WORLDS.python(home).toString();
            shows(List.of(own, "-c", "import multiworld"));
            if (!shows(List.of(own, "-c", "import multiworld.manager"))) {
                return fail(out, "MultiWorld cannot be imported; see above");
            }
        }
        all.forEach(environment -> {
            String bench = environment.name().toLowerCase(Locale.ROOT);
            out.println("installed; run: bin/orrery bench " + bench + " --peers --report " + bench + ".json");
        });
        out.flush();
        return 0;
    }

    private Optional<String> install(PeerEnvironment environment, Path home) throws IOException, InterruptedException {
        Path folder = environment.folder(home);
        Files.createDirectories(folder.getParent());
        if (!environment.isInstalled(home) && !shows(List.of(python, "-m", "venv", folder.toString()))) {
            return Optional.of("no virtual environment could be made (Debian: apt install python3-venv)");
        }
        List<String> pip = List.of(
                environment.python(home).toString(),
                "-m",
                "pip",
                "install",
                "-r",
                environment.requirements(home).toString());
        return shows(pip) ? Optional.empty() : Optional.of("pip failed; see above");
    }

    private static int fail(PrintWriter out, String why) {
        out.println("orrery bench peers-install: " + why);
        out.flush();
        return 1;
    }

    private static boolean succeeds(List<String> command) throws IOException, InterruptedException {
        try {
            return ends(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            // There is no such command.
            return false;
        }
    }

    private static boolean shows(List<String> command) throws IOException, InterruptedException {
        return ends(new ProcessBuilder(command).inheritIO().start());
    }

    private static boolean ends(Process process) throws InterruptedException {
        try {
            return process.waitFor(STEP_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
        } finally {
            process.destroy();
        }
    }
}
