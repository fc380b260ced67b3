package dev.orrery.internal.config;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The settings of a process. Immutable. */
public final class Config {
    /** What was written, and where. */
    record Given(String text, String where) {}

    /** What is wrong with a key; {@code key} is empty for what concerns a whole source. */
    record Problem(String key, String text) {}

    private final Map<String, Object> values;

    private Config(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Reads all sources. Throws INVALID_CONFIG that lists every error, by key: unknown keys of the file and of the flags, and
     * values that are not what their key takes. Variables of the environment that no key has are other people's.
     */
    public static Config load(
            List<ConfigKey<?>> keys, Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Given> given = new HashMap<>();
        file.ifPresent(path -> given.putAll(YamlSettings.read(path, problems)));
        for (ConfigKey<?> key : keys) {
            String variable = key.environmentVariable();
            if (environment.containsKey(variable)) {
                given.put(key.name(), new Given(environment.get(variable), "environment variable " + variable));
            }
        }
        flags.forEach((name, text) -> given.put(name, new Given(text, "flag --" + name)));
        refuseUnknown(keys, given, problems);
        Map<String, Object> values = new HashMap<>();
        for (ConfigKey<?> key : keys) {
            Given source = given.getOrDefault(key.name(), new Given(key.defaultText(), "the default"));
            parse(key, source, problems).ifPresent(value -> values.put(key.name(), value));
        }
        if (!problems.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    problems.stream()
                            .sorted(Comparator.comparing(Problem::key))
                            .map(Problem::text)
                            .collect(Collectors.joining("\n  ", "the configuration does not hold:\n  ", "")));
        }
        return new Config(values);
    }

    /**
     * Reads a process's command line, {@code --key=value} or {@code --key value}, the environment, and the file that
     * {@code --config} names. Throws INVALID_ARGUMENT for anything else on the command line, or as {@link #load}.
     *
     * @param usage for the error
     */
    public static Config ofArguments(List<ConfigKey<?>> keys, List<String> arguments, String usage) {
        Map<String, String> flags = flags(arguments, usage);
        Optional<Path> file = Optional.ofNullable(flags.remove("config")).map(Path::of);
        return load(keys, file, System.getenv(), flags);
    }

    private static Map<String, String> flags(List<String> arguments, String usage) {
        Map<String, String> flags = new LinkedHashMap<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--")) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "'" + argument + "' is not a flag; usage: " + usage);
            } else if (equals >= 0) {
                flags.put(argument.substring(2, equals), argument.substring(equals + 1));
            } else if (rest.hasNext()) {
                flags.put(argument.substring(2), rest.next());
            } else {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "flag " + argument + " has no value; usage: " + usage);
            }
        }
        return flags;
    }

    private static void refuseUnknown(List<ConfigKey<?>> keys, Map<String, Given> given, List<Problem> problems) {
        List<String> names = keys.stream().<String>map(ConfigKey::name).toList();
        given.forEach((name, source) -> {
            if (!names.contains(name)) {
                String nearest = names.stream()
                        .min(Comparator.comparingInt(known -> distance(known, name)))
                        .orElse("");
                problems.add(new Problem(
                        name, source.where() + ": there is no key " + name + "; did you mean " + nearest + "?"));
            }
        });
    }

    private static Optional<Object> parse(ConfigKey<?> key, Given source, List<Problem> problems) {
        String text = source.text().strip();
        if (text.isEmpty()) {
            // A key without a default of its own: its owner asks with find().
            return Optional.empty();
        }
        try {
            return Optional.of(key.parser().apply(text));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    key.name(), source.where() + ": " + key.name() + " is '" + text + "', but must be " + key.form()));
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
