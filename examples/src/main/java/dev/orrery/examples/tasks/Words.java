package dev.orrery.examples.tasks;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the tasks of {@link WordCount} run. */
public final class Words {
    private Words() {}

    /** How often each word is in the lines, in lower case. */
    public static Map<String, Integer> count(List<String> lines) {
        Map<String, Integer> counts = new HashMap<>();
        for (String line : lines) {
            for (String word : line.toLowerCase(Locale.ROOT).split("[^\\p{L}]+", -1)) {
                if (!word.isEmpty()) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    public static Map<String, Integer> merge(Map<String, Integer> one, Map<String, Integer> other) {
        Map<String, Integer> both = new HashMap<>(one);
        other.forEach((word, times) -> both.merge(word, times, Integer::sum));
        return both;
    }
}
