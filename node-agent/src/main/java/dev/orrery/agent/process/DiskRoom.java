package dev.orrery.agent.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the file system of the workers' folders takes another worker. Thread-safe; what looks there blocks on the disk. */
public final class DiskRoom {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    /** For its launch file, its first output, and the native libraries that it unpacks. */
    static final long LEAST_BYTES = 16L << 20;

    /** Once it was full, so that it is not found full again with the next worker. */
    static final long AGAIN_BYTES = 2 * LEAST_BYTES;

    private static final int PROBE_BYTES = 4_096;

    /** Tells how many bytes are free for this process. */
    @FunctionalInterface
    public interface FreeSpace {
        long bytes() throws IOException;
    }

    private final Path folder;
    private final String host;
    private final FreeSpace free;
    private final Runnable changed;
    private volatile Optional<String> obstacle = Optional.empty();

    /** @param changed told after each change of {@link #obstacle} */
    public DiskRoom(Path folder, String host, FreeSpace free, Runnable changed) {
        this.folder = folder;
        this.host = host;
        this.free = free;
        this.changed = changed;
    }

    public static DiskRoom of(Path folder, String host, Runnable changed) {
        return new DiskRoom(folder, host, () -> Files.getFileStore(folder).getUsableSpace(), changed);
    }

    /** What was in the way of a launch at the last look. */
    public Optional<String> obstacle() {
        return obstacle;
    }

    /** Looks at what is free, and after an obstacle whether something can be written again. */
    public void look() {
        found(judge(obstacle.isPresent()));
    }

    /** Throws {@link CannotLaunchException} when a worker started now could not write. */
    public void require() {
        Optional<String> found = judge(true);
        found(found);
        found.ifPresent(why -> {
            throw new CannotLaunchException(why);
        });
    }

    private Optional<String> judge(boolean write) {
        long needed = obstacle.isPresent() ? AGAIN_BYTES : LEAST_BYTES;
        try {
            if (free.bytes() < needed) {
                return Optional.of(
                        "no space left on %s, on %s: a worker needs %d MB".formatted(folder, host, LEAST_BYTES >> 20));
            }
            if (write) {
                write();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot write to %s, on %s: %s".formatted(folder, host, e.getMessage()));
        }
    }

    private void write() throws IOException {
        // One for each thread: workers are launched at the same time.
        Path probe = folder.resolve("probe-" + Thread.currentThread().getId());
        try {
            Files.write(probe, new byte[PROBE_BYTES]);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private void found(Optional<String> now) {
        boolean news;
        synchronized (this) {
            news = !now.equals(obstacle);
            obstacle = now;
        }
        if (news) {
            LOG.warn(
                    "{}",
                    now.map(why -> "this node launches no worker: " + why)
                            .orElse("this node launches workers again: there is room on " + folder));
            changed.run();
        }
    }
}
