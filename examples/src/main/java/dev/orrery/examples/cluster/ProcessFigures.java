package dev.orrery.examples.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What Linux tells of a process of this host. */
public final class ProcessFigures {
    private ProcessFigures() {}

    /** Its words with spaces between them; empty when there is no such process. */
    public static String commandLine(long pid) {
        try {
            byte[] words = Files.readAllBytes(of(pid, "cmdline"));
            return new String(words, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Empty when there is no such process. */
    public static OptionalInt threads(long pid) {
        return count(pid, "task");
    }

    /** Open ones; empty when there is no such process. */
    public static OptionalInt descriptors(long pid) {
        return count(pid, "fd");
    }

    private static OptionalInt count(long pid, String what) {
        try (Stream<Path> entries = Files.list(of(pid, what))) {
            return OptionalInt.of((int) entries.count());
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    private static Path of(long pid, String what) {
        return Path.of("/proc", Long.toString(pid), what);
    }
}
