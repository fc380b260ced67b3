package dev.orrery.examples.tasks;

import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.examples.ExampleProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the words of this project's own documents: a task for each hundred lines, then tasks that merge two counts each, which are
 * submitted before the counts are there. What comes out must be what one thread counts.
 */
public final class WordCount {
    static final ExampleProgram EXAMPLE = new ExampleProgram(
            "word-count", "counts the words of many documents, and merges the counts in pairs", WordCount::run);

    private static final int LINES_PER_TASK = 100;
    private static final int SHOWN = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private WordCount() {}

    private static void run(Orrery orrery, Consumer<String> out) throws IOException {
        List<String> lines = lines(documents());
        Map<String, Integer> counts = count(orrery, lines);
        ExampleProgram.require(counts.equals(Words.count(lines)), "one thread counts otherwise");
        out.accept("  %,d words, %,d different ones, as one thread counts; most often: %s"
                .formatted(
                        counts.values().stream().mapToInt(Integer::intValue).sum(), counts.size(), mostOften(counts)));
    }

    /** The documents of the checkout that this runs from. */
    private static Path documents() {
        return Stream.of(Optional.ofNullable(System.getenv("ORRERY_HOME")).orElse("."), "..")
                .map(home -> Path.of(home, "docs"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "there is no folder docs; run this from the checkout, or set ORRERY_HOME to it"));
    }

    private static List<String> lines(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".md")).sorted().toList();
        }
        List<String> lines = new ArrayList<>();
        for (Path file : files) {
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    /** By tasks. */
    static Map<String, Integer> count(Orrery orrery, List<String> lines) {
        Deque<ObjectRef<Map<String, Integer>>> counts = new ArrayDeque<>();
        for (int from = 0; from < lines.size(); from += LINES_PER_TASK) {
            List<String> some = new ArrayList<>(lines.subList(from, Math.min(lines.size(), from + LINES_PER_TASK)));
            counts.add(orrery.task(Words::count, some).submit());
        }
        while (counts.size() > 1) {
            counts.add(
                    orrery.task(Words::merge, counts.remove(), counts.remove()).submit());
        }
        return counts.remove().get(PATIENCE);
    }

    private static String mostOften(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .limit(SHOWN)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
