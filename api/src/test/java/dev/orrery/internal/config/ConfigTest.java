package dev.orrery.internal.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidConfigException;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    private static final ConfigKey<HostPort> BIND =
            ConfigKey.hostPort("head.bind", "127.0.0.1:6400", "Where it listens.");
    private static final ConfigKey<Duration> TIMEOUT = ConfigKey.duration("head.time-out", "5s", "How long.");
    private static final ConfigKey<Integer> COUNT =
            ConfigKey.integer("head.count", 3, new ConfigKey.Range(1, 10), "How many.");
    private static final ConfigKey<Long> SIZE = ConfigKey.bytes("head.size", "2KiB", "How large.");
    private static final ConfigKey<List<String>> LABELS = ConfigKey.strings("labels", "", "Which.");
    private static final ConfigKey<Path> FILE = ConfigKey.path("file", "", "Where.");
    private static final List<ConfigKey<?>> KEYS = List.of(BIND, TIMEOUT, COUNT, SIZE, LABELS, FILE);

    @TempDir
    private Path folder;

    @Test
    void hasDefaults() {
        Config config = load("", Map.of(), Map.of());
        assertEquals(new HostPort("127.0.0.1", 6400), config.get(BIND));
        assertEquals(Duration.ofSeconds(5), config.get(TIMEOUT));
        assertEquals(2_048, config.get(SIZE));
        assertEquals(Optional.empty(), config.find(FILE));
        assertThrows(InvalidConfigException.class, () -> config.get(FILE));
    }

    @Test
    void readsNestedAndDottedKeysAndLists() {
        Config config =
                load("head:\n  count: 4\n  time-out: 250ms\nhead.size: 1MiB\nlabels: [a, b]\n", Map.of(), Map.of());
        assertEquals(4, config.get(COUNT));
        assertEquals(Duration.ofMillis(250), config.get(TIMEOUT));
        assertEquals(1 << 20, config.get(SIZE));
        assertEquals(List.of("a", "b"), config.get(LABELS));
    }

    @Test
    void flagsWinOverTheEnvironmentWhichWinsOverTheFile() {
        String yaml = "head:\n  count: 4\n  time-out: 4s\n  size: 4\n";
        Map<String, String> environment = Map.of("ORRERY_HEAD_TIME_OUT", "6s", "ORRERY_HEAD_SIZE", "6", "PATH", "/bin");
        Config config = load(yaml, environment, Map.of("head.size", "8"));
        assertEquals(4, config.get(COUNT));
        assertEquals(Duration.ofSeconds(6), config.get(TIMEOUT));
        assertEquals(8, config.get(SIZE));
    }

    @Test
    void tellsAllErrorsTogetherAndWhereEachIs() {
        InvalidConfigException errors = assertThrows(
                InvalidConfigException.class,
                () -> load(
                        "head:\n  count: 11\n  bnd: here:1\n",
                        Map.of("ORRERY_HEAD_TIME_OUT", "soon"),
                        Map.of("head.size", "2XB")));
        for (String part : List.of(
                "c.yaml:2: head.count is '11', but must be a whole number from 1 to 10",
                "c.yaml:3: there is no key head.bnd; did you mean head.bind?",
                "environment variable ORRERY_HEAD_TIME_OUT: head.time-out is 'soon', but must be a time like 500ms",
                "flag --head.size: head.size is '2XB'")) {
            assertTrue(errors.getMessage().contains(part), part + " in " + errors.getMessage());
        }
    }

    @Test
    void tellsOfAFileThatIsNoYaml() {
        InvalidConfigException errors =
                assertThrows(InvalidConfigException.class, () -> load("head: [1\nx", Map.of(), Map.of()));
        assertTrue(errors.getMessage().contains("not YAML"), errors.getMessage());
    }

    @Test
    void aTemplateSaysNothingButNamesEveryKeyWithItsDefault() {
        String template = ConfigTemplate.render("The head.", KEYS);
        assertTrue(template.contains("#head.bind: 127.0.0.1:6400\n"), template);
        assertTrue(template.lines().allMatch(line -> line.isEmpty() || line.startsWith("#")), template);
        assertEquals(3, load(template, Map.of(), Map.of()).get(COUNT));
        Config changed = load(template.replace("#head.count: 3", "head.count: 7"), Map.of(), Map.of());
        assertEquals(7, changed.get(COUNT));
    }

    private Config load(String yaml, Map<String, String> environment, Map<String, String> flags) {
        try {
            Path file = Files.writeString(folder.resolve("c.yaml"), yaml);
            return Config.load(KEYS, Optional.of(file), environment, flags);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
