package dev.orrery.benchmarks.cli;

import dev.orrery.benchmarks.process.PeerLibraries;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "peers-install",
        mixinStandardHelpOptions = true,
        description = {
            "Installs PyTorch and MultiWorld into the folder .peers of this source tree: gigabytes.",
            "Needs Python 3.10 or 3.11 with venv, pip, and the command 'patch'."
        })
final class PeersInstallCommand implements Callable<Integer> {
    private static final long STEP_MINUTES = 60;

    @Option(names = "--python", paramLabel = "COMMAND", description = "Default: ${DEFAULT-VALUE}.")
    private String python = "python3";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path home = SourceTree.home();
        Path own = PeerLibraries.python(home);
        if (!succeeds(List.of("patch", "--version"))) {
            return fail(
                    out, "needs the command 'patch', with which MultiWorld patches torch (Debian: apt install patch)");
        }
        if (!succeeds(List.of(python, "-c", "import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 12))"))) {
            return fail(
                    out, "needs Python 3.10 or 3.11, which torch 2.4.0 and MultiWorld run on; say which with --python");
        }
        Files.createDirectories(PeerLibraries.environment(home).getParent());
        if (!Files.isExecutable(own)
                && !shows(List.of(
                        python, "-m", "venv", PeerLibraries.environment(home).toString()))) {
            return fail(out, "no virtual environment could be made (Debian: apt install python3-venv)");
        }
        Path requirements = PeerLibraries.scripts(home).resolve("requirements.txt");
        if (!shows(List.of(own.toString(), "-m", "pip", "install", "-r", requirements.toString()))) {
            return fail(out, "pip failed; see above");
        }
        // The first import patches torch and ends the process with exit code 1; the second one must work.
        shows(List.of(own.toString(), "-c", "import multiworld"));
        if (!shows(List.of(own.toString(), "-c", "import multiworld.manager"))) {
            return fail(out, "MultiWorld cannot be imported; see above");
        }
        out.println("installed; run: bin/orrery bench worlds --peers --report worlds.json");
        out.flush();
        return 0;
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
