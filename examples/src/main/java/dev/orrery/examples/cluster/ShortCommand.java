package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command of the system that ends soon. */
final class ShortCommand {
    private static final long LIMIT_SECONDS = 20;

    private ShortCommand() {}

    /** @param said its output */
    record Result(int code, String said) {
        boolean ok() {
            return code == 0;
        }
    }

    static boolean exists(String command) {
        String path = System.getenv("PATH");
        return path != null && Stream.of(path.split(":", -1)).anyMatch(it -> Files.isExecutable(Path.of(it, command)));
    }

    static Result execute(String... command) {
        return execute(List.of(command));
    }

    static Result execute(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!waitFor(process)) {
                process.destroyForcibly();
                throw OrreryException.of(
                        ErrorCode.DEADLINE_EXCEEDED,
                        String.join(" ", command) + " did not end within " + LIMIT_SECONDS + " s");
            }
            return new Result(process.exitValue(), said.strip());
        } catch (IOException e) {
            return new Result(-1, e.toString());
        }
    }

    /** An interruption waits too: what is made or removed by several commands would else be left half-way. */
    private static boolean waitFor(Process process) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static void run(String... command) {
        Result result = execute(command);
        if (!result.ok()) {
            throw OrreryException.of(
                    ErrorCode.INTERNAL, String.join(" ", command) + " failed with " + result.code + ": " + result.said);
        }
    }
}
