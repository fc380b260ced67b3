package dev.orrery.nccl.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Switches of the emulated CUDA and NCCL, as {@code src/test/native/README.md} tells them. */
final class TestingFaults {
    /** The emulation looks at the file so often at most. */
    private static final long SEEN_MILLIS = 30;

    private TestingFaults() {}

    /**
     * Instead of those before.
     *
     * @param switches {@code NAME=value}, or {@code NAME@device=value} for one device
     */
    static void set(String... switches) {
        write(List.of(switches));
    }

    /** Takes all back. */
    static void clear() {
        write(List.of());
    }

    private static void write(List<String> switches) {
        Path file = Path.of(System.getenv("ORRERY_EMULATED_FAULTS"));
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.writeString(file.resolveSibling("switches.new"), String.join("\n", switches) + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            TimeUnit.MILLISECONDS.sleep(SEEN_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
