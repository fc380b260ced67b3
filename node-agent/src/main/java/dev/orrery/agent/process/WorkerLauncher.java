package dev.orrery.agent.process;

import dev.orrery.worker.launch.DurableFile;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts workers.
 *
 * @param shim where the shell script lies that runs a worker
 * @param mainClass of the worker
 */
public record WorkerLauncher(
        Path shim, String classPath, List<String> javaOptions, String mainClass, ClassArchive archive) {
    private static final String SHIM = "worker-shim.sh";
    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    public WorkerLauncher {
        javaOptions = List.copyOf(javaOptions);
    }

    /** Puts the script of this version in place; shims that run keep theirs. */
    public void install() throws IOException {
        try (InputStream script = WorkerLauncher.class.getResourceAsStream(SHIM)) {
            if (script == null) {
                throw new IOException("the class path lacks " + SHIM);
            }
            DurableFile.write(shim, script.readAllBytes());
        }
    }

    /**
     * On return the shim has been forked; its record of that may still be to come.
     *
     * @param environment what the process gets beside this one's own
     */
    public Process launch(LaunchSpec spec, WorkerFolder folder, Map<String, String> environment) throws IOException {
        folder.create();
        spec.write();
        DurableFile.syncFolder(folder.root().getParent());
        ProcessBuilder builder = new ProcessBuilder(command(spec, folder));
        builder.environment().putAll(environment);
        builder.environment().put(LaunchMark.VARIABLE, spec.nonce());
        return builder.directory(folder.root().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.output().toFile()))
                .start();
    }

    List<String> command(LaunchSpec spec, WorkerFolder folder) {
        List<String> line = new ArrayList<>(
                List.of("setsid", "/bin/sh", shim.toString(), folder.run().toString()));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(javaOptions);
        line.addAll(archive.options());
        line.add("-Djava.io.tmpdir=" + folder.temporary());
        String logging = System.getProperty(LOG_CONFIGURATION);
        if (logging != null) {
            line.add("-D" + LOG_CONFIGURATION + "=" + logging);
        }
        line.addAll(List.of("-cp", classPath, mainClass, spec.file().toString()));
        return line;
    }

    /** The class path with every entry absolute: a worker runs in its own folder. */
    public static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(entry.isEmpty() ? Path.of("").toAbsolutePath().toString() : absoluteEntry(entry));
        }
        return String.join(File.pathSeparator, entries);
    }

    private static String absoluteEntry(String entry) {
        // "lib/*" is a wildcard of the java launcher; Path takes it as a name.
        return Path.of(entry).toAbsolutePath().toString();
    }
}
