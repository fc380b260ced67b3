package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What libfaketime keeps in shared memory for each process, and leaves there when that is killed. The names hold no more than
 * a pid, so whose files they are has to be looked up while the processes live. Thread-safe.
 */
final class FakeClockFiles {
    private static final Pattern NAME = Pattern.compile("(?:faketime_shm_|sem\\.faketime_sem_)(\\d{1,9})");

    private final Path memory;
    private final LongPredicate isOurs;
    private final LongPredicate isAlive;
    private final Set<Long> ours = new HashSet<>();

    /** @param isOurs tells of a pid whether that process belongs to us; false when there is no such process */
    FakeClockFiles(Path memory, LongPredicate isOurs, LongPredicate isAlive) {
        this.memory = memory;
        this.isOurs = isOurs;
        this.isAlive = isAlive;
    }

    /** Remembers whose files are there. */
    synchronized void look() {
        files().values().stream()
                .distinct()
                .filter(pid -> !ours.contains(pid) && isOurs.test(pid))
                .forEach(ours::add);
    }

    /** Removes those of our processes that have ended. */
    synchronized void remove() {
        files().forEach((file, pid) -> {
            if (ours.contains(pid) && !isAlive.test(pid)) {
                delete(file);
            }
        });
    }

    private Map<Path, Long> files() {
        Map<Path, Long> files = new HashMap<>();
        try (Stream<Path> all = Files.list(memory)) {
            all.forEach(file -> {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    files.put(file, Long.parseLong(name.group(1)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + memory, e);
        }
        return files;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }
}
