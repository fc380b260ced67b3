package dev.orrery.internal.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidConfigException;
import dev.orrery.internal.config.ConfigKey.Range;
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
            ConfigKey.hostPort("head.bind", "127.0.0.1:6400", "Where the head listens.");
    private static final ConfigKey<Path> DATA_DIR =
            ConfigKey.path("head.data-dir", "", "What the head keeps; no default.");
    private static final ConfigKey<Integer> GPUS =
            ConfigKey.integer("agent.gpus", 0, new Range(0, 64), "GPUs to offer.");
    private static final ConfigKey<Duration> HEARTBEAT =
            ConfigKey.duration("agent.heartbeat", "500ms", "How often to report.");
    private static final ConfigKey<Long> LOG_LIMIT =
            ConfigKey.bytes("agent.log-limit", "32MiB", "How large a log may be.");
    private static final ConfigKey<List<HostPort>> HEADS =
            ConfigKey.hostPorts("agent.heads", "127.0.0.1:6400", "The heads.");
    private static final ConfigKey<List<String>> LABELS = ConfigKey.strings("agent.labels", "", "Labels.");
    private static final ConfigKey<Boolean> TLS = ConfigKey.bool("agent.tls", false, "Whether to encrypt.");
    private static final ConfigKey<Double> CPUS = ConfigKey.decimal("agent.cpus", "1", "CPUs to offer.");
    private static final ConfigKey<List<String>> JAVA_OPTIONS =
            ConfigKey.words("agent.java-options", "-Xmx1g -ea", "Options of the JVM.");
    private static final List<ConfigKey<?>> KEYS =
            List.of(BIND, DATA_DIR, GPUS, HEARTBEAT, LOG_LIMIT, HEADS, LABELS, TLS, CPUS, JAVA_OPTIONS);

    @TempDir
    Path folder;

    private Path yaml(String text) throws IOException {
        return Files.writeString(folder.resolve("orrery.yaml"), text);
    }

    private static Config load(Path file) {
        return Config.load(KEYS, Optional.of(file), Map.of(), Map.of());
    }

    private static Config flags(Map<String, String> flags) {
        return Config.load(KEYS, Optional.empty(), Map.of(), flags);
    }

    private static List<String> errors(Path file) {
        return errors(file, Map.of(), Map.of());
    }

    private static List<String> errors(Path file, Map<String, String> environment, Map<String, String> flags) {
        String message = assertThrows(
                        InvalidConfigException.class, () -> Config.load(KEYS, Optional.of(file), environment, flags))
                .getMessage();
        List<String> lines = message.lines().map(String::strip).toList();
        assertEquals("the configuration does not hold:", lines.get(0));
        return lines.stream()
                .skip(1)
                .map(line -> line.replace(file.toString(), "FILE"))
                .toList();
    }

    @Test
    void defaultsHoldWhenNothingIsSaid() {
        Config config = Config.load(KEYS, Optional.empty(), Map.of("PATH", "/bin", "ORRERY_OTHER", "x"), Map.of());
        assertEquals(new HostPort("127.0.0.1", 6400), config.get(BIND));
        assertEquals(0, config.get(GPUS));
        assertEquals(Duration.ofMillis(500), config.get(HEARTBEAT));
        assertEquals(32L << 20, config.get(LOG_LIMIT));
        assertEquals(List.of("-Xmx1g", "-ea"), config.get(JAVA_OPTIONS));
        assertEquals(Optional.empty(), config.find(DATA_DIR));
    }

    @Test
    void missingValueTellsHowToGiveIt() {
        String message = assertThrows(
                        InvalidConfigException.class, () -> flags(Map.of()).get(DATA_DIR))
                .getMessage();
        assertEquals(
                "head.data-dir is not set; give it in the file, as --head.data-dir=… or in ORRERY_HEAD_DATA_DIR",
                message);
    }

    @Test
    void nestedAndDottedKeysAreTheSame() throws IOException {
        Config config = load(
                yaml(
                        """
                # a comment
                head:
                  bind: 0.0.0.0:7000
                  data-dir: "/var/lib/orrery"
                agent.gpus: 2
                agent: {cpus: 2.5, tls: true, heartbeat: 2s}
                """));
        assertEquals(new HostPort("0.0.0.0", 7000), config.get(BIND));
        assertEquals(Path.of("/var/lib/orrery"), config.get(DATA_DIR));
        assertEquals(2, config.get(GPUS));
        assertEquals(2.5, config.get(CPUS));
        assertEquals(true, config.get(TLS));
        assertEquals(Duration.ofSeconds(2), config.get(HEARTBEAT));
    }

    @Test
    void listsAreWrittenEitherWay() throws IOException {
        Config config = load(
                yaml(
                        """
                agent:
                  heads:
                    - h1:1
                    - "[::1]:2"
                  labels: gpu=a100, zone=b
                """));
        assertEquals(List.of(new HostPort("h1", 1), new HostPort("::1", 2)), config.get(HEADS));
        assertEquals(List.of("gpu=a100", "zone=b"), config.get(LABELS));
    }

    @Test
    void flagsWinOverEnvironmentWhichWinsOverFile() throws IOException {
        Path file = yaml("agent: {gpus: 1, cpus: 1, log-limit: 1KiB}\n");
        Config config = Config.load(
                KEYS,
                Optional.of(file),
                Map.of("ORRERY_AGENT_GPUS", "2", "ORRERY_AGENT_CPUS", "2", "ORRERY_HEAD_DATA_DIR", "/data"),
                Map.of("agent.gpus", "3"));
        assertEquals(3, config.get(GPUS));
        assertEquals(2.0, config.get(CPUS));
        assertEquals(1_024, config.get(LOG_LIMIT));
        assertEquals(Path.of("/data"), config.get(DATA_DIR));
    }

    @Test
    void everyErrorIsToldWithItsPlaceInTheOrderOfTheKeys() throws IOException {
        Path file = yaml(
                """
                head:
                  bind: nowhere
                  binnd: 1.2.3.4:5
                agent:
                  gpus: 65
                  log-limit: 3 parsecs
                """);
        List<String> errors =
                errors(file, Map.of("ORRERY_AGENT_HEARTBEAT", "soon"), Map.of("agent.cpus", "-1", "agent.tls", "yes"));
        assertEquals(
                List.of(
                        "flag --agent.cpus: agent.cpus is '-1', but must be a positive number",
                        "FILE:5: agent.gpus is '65', but must be a whole number from 0 to 64",
                        "environment variable ORRERY_AGENT_HEARTBEAT: agent.heartbeat is 'soon', but must be a time "
                                + "like 500ms, 2s, 5m or 1h",
                        "FILE:6: agent.log-limit is '3 parsecs', but must be a size like 512, 64KiB, 32MiB or 1GiB",
                        "flag --agent.tls: agent.tls is 'yes', but must be true or false",
                        "FILE:2: head.bind is 'nowhere', but must be host:port",
                        "FILE:3: there is no key head.binnd; did you mean head.bind?"),
                errors);
    }

    @Test
    void keyGivenTwiceIsAnError() throws IOException {
        assertEquals(
                List.of("FILE:3: agent.gpus was given before, at FILE:1"),
                errors(yaml("agent.gpus: 1\nagent:\n  gpus: 2\n")));
        assertEquals(
                List.of("FILE:3: agent.gpus was given before, at FILE:2"),
                errors(yaml("agent:\n  gpus: 1\n  gpus: 2\n")));
    }

    @Test
    void onlyPlainValuesInLists() throws IOException {
        assertEquals(
                List.of("FILE:3: the elements of agent.labels must be plain values"),
                errors(yaml("agent:\n  labels:\n    - {a: 1, b: 2}\n    - c\n  gpus: 1\n")));
    }

    @Test
    void whatIsNoMappingIsRefused() throws IOException {
        assertEquals(List.of("FILE:1: 'hello' is no setting; write key: value"), errors(yaml("hello\n")));
        assertEquals(List.of("FILE:1: 'a,b' is no setting; write key: value"), errors(yaml("- a\n- b\n")));
    }

    @Test
    void brokenYamlTellsTheLine() throws IOException {
        List<String> errors = errors(yaml("agent:\n  gpus: 65\nhead: [1, 2\nx: y\n"));
        assertEquals(2, errors.size(), errors.toString());
        assertTrue(errors.get(0).startsWith("FILE:4: not YAML: "), errors.toString());
        assertTrue(errors.get(1).startsWith("FILE:2: agent.gpus is '65'"), errors.toString());
    }

    @Test
    void missingFileIsAnError() {
        List<String> errors = errors(folder.resolve("none.yaml"));
        assertTrue(errors.get(0).contains("cannot read FILE"), errors.toString());
    }

    @Test
    void emptyFileAndEmptyKeysSayNothing() throws IOException {
        assertEquals(0, load(yaml("")).get(GPUS));
        assertEquals(0, load(yaml("# nothing\n")).get(GPUS));
        assertEquals(0, load(yaml("agent:\n  gpus:\nhead:\n")).get(GPUS));
    }

    @Test
    void unitsAreUnderstood() {
        assertEquals(Duration.ofMillis(1), heartbeat("1ms"));
        assertEquals(Duration.ofMinutes(5), heartbeat("5m"));
        assertEquals(Duration.ofHours(1), heartbeat("1 h"));
        assertEquals(512, logLimit("512"));
        assertEquals(64_000, logLimit("64KB"));
        assertEquals(64 << 10, logLimit("64KiB"));
        assertEquals(1L << 30, logLimit("1GiB"));
        for (String wrong : List.of("1", "ms", "-1ms", "1.5s", "1 fortnight", "999999999999999h")) {
            assertThrows(InvalidConfigException.class, () -> heartbeat(wrong), wrong);
        }
        for (String wrong : List.of("1kib", "KiB", "-1", "999999999999999TiB")) {
            assertThrows(InvalidConfigException.class, () -> logLimit(wrong), wrong);
        }
    }

    private static Duration heartbeat(String text) {
        return flags(Map.of("agent.heartbeat", text)).get(HEARTBEAT);
    }

    private static long logLimit(String text) {
        return flags(Map.of("agent.log-limit", text)).get(LOG_LIMIT);
    }

    @Test
    void templateSaysNothingUntilItIsUncommented() throws IOException {
        String template = ConfigTemplate.render("The settings of everything.", KEYS);
        Config untouched = load(yaml(template));
        assertEquals(new HostPort("127.0.0.1", 6400), untouched.get(BIND));
        assertTrue(template.contains("\n#head.bind: 127.0.0.1:6400\n"), template);
        for (ConfigKey<?> key : KEYS) {
            assertTrue(template.contains("\n#" + key.name() + ":"), key.name());
        }
        assertTrue(template.lines().allMatch(line -> line.isEmpty() || line.startsWith("#")), template);
        assertTrue(template.lines().allMatch(line -> line.length() <= 120 && line.equals(line.stripTrailing())));
        Config uncommented = load(yaml(template.replaceAll("(?m)^#(?=[a-z])", "")));
        for (ConfigKey<?> key : KEYS) {
            assertEquals(untouched.find(key), uncommented.find(key), key.name());
        }
    }
}
