package dev.orrery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrreryOptionsTest {
    @Test
    void addressNamesTheHeads() {
        OrreryOptions options = OrreryOptions.parse("orrery://h1:6400,[::1]:6401");
        assertEquals(List.of("h1:6400", "[::1]:6401"), options.heads());
        assertEquals(Optional.empty(), options.secretFile());
        assertEquals(Duration.ofSeconds(30), options.callTimeout());
        assertEquals(Optional.empty(), options.workerOutput(), "nobody asks for it");
        assertEquals("default", options.namespace());
    }

    @Test
    void builderAndItsCopyAgree() {
        OrreryOptions options = OrreryOptions.parse("orrery://h1:6400").toBuilder()
                .secretFile(Path.of("s"))
                .callTimeout(Duration.ofSeconds(1))
                .workerOutput(WorkerOutput.to(line -> {}).atMost(7))
                .namespace("team-a")
                .build();
        assertEquals("team-a", options.namespace());
        assertEquals(7, options.workerOutput().orElseThrow().linesPerSecond());
        assertEquals(options, options.toBuilder().build());
        assertEquals(Optional.of(Path.of("s")), options.secretFile());
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String wrong :
                List.of("", "h1:6400", "http://h1:6400", "orrery://", "orrery://h1", "orrery://h1:1,,h2:2")) {
            assertThrows(InvalidArgumentException.class, () -> OrreryOptions.parse(wrong), wrong);
        }
        OrreryOptions.Builder hurried =
                OrreryOptions.builder().heads(List.of("h:1")).callTimeout(Duration.ZERO);
        assertThrows(InvalidArgumentException.class, hurried::build);
        WorkerOutput output = WorkerOutput.toStandardError();
        assertThrows(InvalidArgumentException.class, () -> output.atMost(0));
        assertThrows(InvalidArgumentException.class, () -> WorkerOutput.to(null));
    }

    @Test
    void aNamespaceIsANameLikeOthers() {
        OrreryOptions.Builder builder = OrreryOptions.builder().heads(List.of("h:1"));
        for (String wrong : List.of("", "a/b", "-a", "a b", "x".repeat(65))) {
            String message = assertThrows(InvalidArgumentException.class, () -> builder.namespace(wrong)
                            .build())
                    .getMessage();
            assertTrue(message.startsWith("'" + wrong + "' is no name of a namespace: 1 to 64 letters"), message);
        }
        assertThrows(InvalidArgumentException.class, () -> builder.namespace(null));
        assertEquals("team-1.a_b", builder.namespace("team-1.a_b").build().namespace());
    }

    @Test
    void secretMustBeReadable() {
        OrreryOptions options = OrreryOptions.parse("orrery://h1:6400").toBuilder()
                .secretFile(Path.of("/nowhere/secret"))
                .build();
        String message = assertThrows(InvalidConfigException.class, () -> Orrery.connect(options))
                .getMessage();
        assertTrue(message.contains("/nowhere/secret"), message);
    }
}
