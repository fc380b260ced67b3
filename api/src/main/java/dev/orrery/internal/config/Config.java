package dev.orrery.internal.config;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The settings of a process. Immutable. */
public final class Config {
    /** What was written, and where. */
    record Given(String text, String where) {}

    private final Map<String, Object> values;

    private Config(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Reads all sources. Throws INVALID_CONFIG that lists every error: unknown keys of the file and of the flags, and
     * values that are not what their key takes. Variables of the environment that no key has are other people's.
     */
    public static Config load(
            List<ConfigKey<?>> keys, Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        List<String> errors = new ArrayList<>();
        Map<String, Given> given = new HashMap<>();
        file.ifPresent(path -> given.putAll(YamlSettings.read(path, errors)));
        for (ConfigKey<?> key : keys) {
            String variable = key.environmentVariable();
            if (environment.containsKey(variable)) {
                given.put(key.name(), new Given(environment.get(variable), "environment variable " + variable));
            }
        }
        flags.forEach((name, text) -> given.put(name, new Given(text, "flag --" + name)));
        refuseUnknown(keys, given, errors);
        Map<String, Object> values = new HashMap<>();
        for (ConfigKey<?> key : keys) {
            Given source = given.getOrDefault(key.name(), new Given(key.defaultText(), "the default"));
            parse(key, source, errors).ifPresent(value -> values.put(key.name(), value));
        }
        if (!errors.isEmpty()) {
            Collections.sort(errors);
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    errors.stream().collect(Collectors.joining("\n  ", "the configuration does not hold:\n  ", "")));
        }
        return new Config(values);
    }

    private static void refuseUnknown(List<ConfigKey<?>> keys, Map<String, Given> given, List<String> errors) {
        List<String> names = keys.stream().<String>map(ConfigKey::name).toList();
        given.forEach((name, source) -> {
            if (!names.contains(name)) {
                String nearest = names.stream()
                        .min(Comparator.comparingInt(known -> distance(known, name)))
                        .orElse("");
                errors.add(source.where() + ": there is no key " + name + "; did you mean " + nearest + "?");
            }
        });
    }

    private static Optional<Object> parse(ConfigKey<?> key, Given source, List<String> errors) {
        String text = source.text().strip();
        if (text.isEmpty()) {
            // A key without a default of its own: its owner asks with find().
            return Optional.empty();
        }
        try {
            return Optional.of(key.parser().apply(text));
        } catch (IllegalArgumentException e) {
            errors.add(source.where() + ": " + key.name() + " is '" + text + "', but must be " + key.form());
            return Optional.empty();
        }
    }

    /** The value of a key that has a default or was given; throws INVALID_CONFIG for one that is missing. */
    public <T> T get(ConfigKey<T> key) {
        return find(key)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.INVALID_CONFIG,
                        key.name() + " is not set; give it in the file, as --" + key.name() + "=… or in "
                                + key.environmentVariable()));
    }

    // The value came out of this key's parser.
    @SuppressWarnings("unchecked")
    public <T> Optional<T> find(ConfigKey<T> key) {
        return Optional.ofNullable((T) values.get(key.name()));
    }

    /** Edit distance (Levenshtein). */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
