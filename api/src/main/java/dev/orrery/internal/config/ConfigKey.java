package dev.orrery.internal.config;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One setting. {@code head.data-dir} is {@code head: {data-dir: …}} in YAML, {@code ORRERY_HEAD_DATA_DIR} in the
 * environment and {@code --head.data-dir=…} as a flag; flags win over the environment, which wins over the file.
 *
 * @param defaultText the default as it would be written; empty for a setting that has none of its own (see the doc)
 * @param form what a value looks like, for error messages
 * @param parser throws IllegalArgumentException, saying what is wrong
 */
public record ConfigKey<T>(String name, String defaultText, String doc, String form, Function<String, T> parser) {

    public static ConfigKey<String> string(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "a text", Function.identity());
    }

    public static ConfigKey<Integer> integer(String name, int defaultValue, Range range, String doc) {
        return new ConfigKey<>(
                name,
                Integer.toString(defaultValue),
                doc,
                "a whole number from " + range.min() + " to " + range.max(),
                text -> range.check(Integer.parseInt(text)));
    }

    /** One without a default of its own. */
    public static ConfigKey<Integer> integer(String name, Range range, String doc) {
        ConfigKey<Integer> other = integer(name, range.min(), range, doc);
        return new ConfigKey<>(name, "", doc, other.form(), other.parser());
    }

    /** Bounds of a number, both allowed. */
    public record Range(int min, int max) {
        int check(int value) {
            if (value < min || value > max) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        }
    }

    public static ConfigKey<Double> decimal(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "a positive number", text -> {
            double value = Double.parseDouble(text);
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("not positive, or infinite");
            }
            return value;
        });
    }

    public static ConfigKey<Boolean> bool(String name, boolean defaultValue, String doc) {
        return new ConfigKey<>(name, Boolean.toString(defaultValue), doc, "true or false", text -> {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("neither true nor false");
            }
            return Boolean.parseBoolean(text);
        });
    }

    public static ConfigKey<Duration> duration(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "a time like 500ms, 2s, 5m or 1h", Units::duration);
    }

    public static ConfigKey<Long> bytes(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "a size like 512, 64KiB, 32MiB or 1GiB", Units::bytes);
    }

    public static ConfigKey<Path> path(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "a path", text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        });
    }

    public static ConfigKey<HostPort> hostPort(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "host:port", ConfigKey::parseHostPort);
    }

    public static ConfigKey<List<HostPort>> hostPorts(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "host:port, or several with commas", text -> split(text).stream()
                .map(ConfigKey::parseHostPort)
                .toList());
    }

    public static ConfigKey<List<String>> strings(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, defaultText, doc, "texts with commas", ConfigKey::split);
    }

    /**
     * Pairs like {@code zone=a,disk=ssd}, by default none.
     *
     * @param value from key and text; throws IllegalArgumentException for a pair that must not be
     */
    public static <V> ConfigKey<Map<String, V>> pairs(
            String name, String doc, String form, BiFunction<String, String, V> value) {
        return new ConfigKey<>(name, "", doc, form, text -> {
            Map<String, V> pairs = new LinkedHashMap<>();
            for (String pair : split(text)) {
                int equals = pair.indexOf('=');
                if (equals <= 0) {
                    throw new IllegalArgumentException("no key=value: " + pair);
                }
                String key = pair.substring(0, equals).strip();
                if (pairs.put(key, value.apply(key, pair.substring(equals + 1).strip())) != null) {
                    throw new IllegalArgumentException("twice: " + key);
                }
            }
            return pairs;
        });
    }

    /** Words between blanks, as on a command line (without quotes). */
    public static ConfigKey<List<String>> words(String name, String defaultText, String doc) {
        return new ConfigKey<>(
                name, defaultText, doc, "words with blanks", text -> Arrays.stream(text.split("\\s+", -1))
                        .filter(word -> !word.isEmpty())
                        .toList());
    }

    private static HostPort parseHostPort(String text) {
        try {
            return HostPort.parse(text);
        } catch (OrreryException e) {
            throw new IllegalArgumentException(e.detail(), e);
        }
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    public String environmentVariable() {
        return ("ORRERY_" + name).toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
