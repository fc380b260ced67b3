package dev.orrery.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.agent.AgentConfig;
import dev.orrery.head.HeadConfig;
import dev.orrery.internal.config.ConfigTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The files in conf name every key with its default. {@code -Dorrery.test.jvmArgs=-Dorrery.regenerate=true} writes them anew. */
class ConfTest {
    @Test
    void headYamlIsComplete() throws IOException {
        check("head.yaml", ConfigTemplate.render("A head of an Orrery cluster.", HeadConfig.KEYS));
    }

    @Test
    void nodeAgentYamlIsComplete() throws IOException {
        check("node-agent.yaml", ConfigTemplate.render("A node agent of an Orrery cluster.", AgentConfig.KEYS));
    }

    private static void check(String name, String expected) throws IOException {
        Path file = Path.of("..", "conf", name);
        if (Boolean.getBoolean("orrery.regenerate")) {
            Files.writeString(file, expected);
        }
        assertEquals(expected, Files.readString(file));
    }
}
