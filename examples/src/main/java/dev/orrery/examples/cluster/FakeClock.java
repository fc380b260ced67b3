package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The wall clock of one process, which libfaketime reads from a file. Its monotonic clock stays the machine's. */
final class FakeClock {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

    private final Path file;

    FakeClock(Path file) {
        this.file = file;
    }

    static Optional<String> whyNot() {
        return library().isPresent()
                ? Optional.empty()
                : Optional.of("libfaketime is not installed (Debian: apt install libfaketime)");
    }

    private static Optional<Path> library() {
        return LIBRARIES.stream().filter(Files::exists).findFirst();
    }

    /** For a process that is to have it. */
    Map<String, String> environment() {
        move(Duration.ZERO);
        return Map.of(
                "LD_PRELOAD", library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // Otherwise a wait with a time limit on the monotonic clock, as the JVM's are, ends at once.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** To so much from the machine's; the process notices within a second. */
    void move(Duration by) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, (by.isNegative() ? "-" : "+") + by.abs().toSeconds() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move a clock", e);
        }
    }
}
