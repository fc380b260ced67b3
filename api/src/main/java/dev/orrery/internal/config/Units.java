package dev.orrery.internal.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with a unit. */
final class Units {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");
    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("B", 1L),
            Map.entry("KB", 1_000L),
            Map.entry("MB", 1_000_000L),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("TB", 1_000_000_000_000L),
            Map.entry("KiB", 1L << 10),
            Map.entry("MiB", 1L << 20),
            Map.entry("GiB", 1L << 30),
            Map.entry("TiB", 1L << 40));

    private Units() {}

    static Duration duration(String text) {
        return Duration.ofMillis(product(text, MILLIS));
    }

    static long bytes(String text) {
        return product(text, BYTES);
    }

    private static long product(String text, Map<String, Long> units) {
        Matcher match = NUMBER_AND_UNIT.matcher(text);
        if (!match.matches() || !units.containsKey(match.group(2))) {
            throw new IllegalArgumentException("no number with one of the units " + units.keySet());
        }
        try {
            return Math.multiplyExact(Long.parseLong(match.group(1)), units.get(match.group(2)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }
}
