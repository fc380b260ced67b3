package dev.orrery.benchmarks.gpu;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a class in a JVM of its own: native libraries may end the process that uses them, or never return. */
final class ChildJvm {
    private static final long KILL_SECONDS = 10;

    private final Path folder;

    /** @param folder for what it writes */
    ChildJvm(Path folder) {
        this.folder = folder;
    }

    /** Where the output of that child is. */
    Path output(String name) {
        return folder.resolve(name + ".log");
    }

    /** JavaCPP unpacks its libraries there, and not into the home of the user. */
    String cacheOption() {
        return "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("javacpp");
    }

    /**
     * Returns its exit code; empty when it did not end in time. Nothing that it started lives on.
     *
     * @param name of its output
     * @param environment beside that of this process
     */
    Optional<Integer> run(
            String name,
            List<String> options,
            Class<?> main,
            List<String> arguments,
            Map<String, String> environment,
            Duration limit)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                cacheOption(),
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve(name + "-crash.log"),
                // A resource of this module: the file of conf.
                "-Dlogback.configurationFile=conf/logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(name).toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            return ended ? Optional.of(process.exitValue()) : Optional.empty();
        } finally {
            end(process);
        }
    }

    private static void end(Process process) throws InterruptedException {
        // Once their parent is gone nothing tells that they are its children.
        try (Stream<ProcessHandle> started = process.descendants()) {
            started.toList().forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly().waitFor(KILL_SECONDS, TimeUnit.SECONDS);
    }
}
