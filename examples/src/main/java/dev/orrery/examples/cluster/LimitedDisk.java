package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A small disk at a folder, which can be filled. Only processes that are started {@link #inside()} see it: it is a tmpfs in
 * a mount namespace that one process of its own keeps, and goes when that ends.
 */
final class LimitedDisk implements AutoCloseable {
    private static final String FILLER = "filler";
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int BLOCK = 64 << 10;

    private final Path folder;
    private final Process keeper;

    private LimitedDisk(Path folder, Process keeper) {
        this.folder = folder;
        this.keeper = keeper;
    }

    static Optional<String> whyNot() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("mount namespaces need root");
        }
        for (String command : List.of("unshare", "nsenter")) {
            if (!ShortCommand.exists(command)) {
                return Optional.of("there is no command " + command + " (package util-linux)");
            }
        }
        ShortCommand.Result tried = ShortCommand.execute(
                "unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "t", "/mnt");
        return tried.ok()
                ? Optional.empty()
                : Optional.of("no file system can be mounted in a namespace of its own here: " + tried.said());
    }

    /** @param environment added to this process's own */
    static LimitedDisk mount(Path folder, String size, Map<String, String> environment) {
        String script = "mount -t tmpfs -o size=" + size + " orrery '" + folder + "' && : > '" + folder
                + "/mounted' && exec sleep 1000000";
        ProcessBuilder builder =
                new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sh", "-c", script);
        builder.environment().putAll(environment);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            Files.createDirectories(folder);
            LimitedDisk disk = new LimitedDisk(folder, builder.start());
            disk.awaitMounted();
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mount a disk at " + folder, e);
        }
    }

    private void awaitMounted() {
        long end = System.nanoTime() + READY_NANOS;
        while (!Files.exists(fromOutside().resolve("mounted"))) {
            if (!keeper.isAlive() || System.nanoTime() > end) {
                close();
                throw OrreryException.of(ErrorCode.INTERNAL, "no tmpfs was mounted at " + folder);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** What a command line begins with that sees it. */
    List<String> inside() {
        return List.of("nsenter", "--mount=/proc/" + keeper.pid() + "/ns/mnt");
    }

    /** The folder as this process can see it. */
    Path fromOutside() {
        return Path.of("/proc/" + keeper.pid() + "/root" + folder);
    }

    /** Leaves no byte free. */
    void fill() {
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(fromOutside().resolve(FILLER))) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            // Full is what it is to be.
        }
    }

    void empty() {
        try {
            Files.deleteIfExists(fromOutside().resolve(FILLER));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot free the disk at " + folder, e);
        }
    }

    /** Copies the logs, for people: they go with the disk. */
    void saveLogs(Path target) {
        Path root = fromOutside();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path log : files.filter(it -> it.toString().endsWith(".log")).toList()) {
                Path copy = target.resolve(root.relativize(log).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(log, copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the logs of " + folder, e);
        }
    }

    @Override
    public void close() {
        keeper.destroyForcibly();
    }
}
