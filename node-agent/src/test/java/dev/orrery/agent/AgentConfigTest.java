package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {
    @TempDir
    Path folder;

    private static AgentSettings settings(String... flags) {
        return AgentSettings.of(AgentMain.config(flags));
    }

    @Test
    void defaultsFollowFromTheHost() {
        AgentSettings settings = settings("--cluster.secret-file=/s", "--agent.name=n");
        assertEquals(
                Runtime.getRuntime().availableProcessors() * 1_000L,
                settings.resources().getMilliCpus());
        assertEquals(List.of(new HostPort("127.0.0.1", 6400)), settings.heads());
        assertEquals("127.0.0.1", settings.host());
        assertTrue(settings.workerClassPath().startsWith("/"));
        assertTrue(settings.workerJavaOptions().contains("-XX:+ExitOnOutOfMemoryError"));
    }

    @Test
    void flagsComeInBothForms() throws IOException {
        Path file = folder.resolve("agent.yaml");
        Files.writeString(file, "agent:\n  gpus: 3\n  cpus: 1.5\n");
        AgentSettings settings = settings(
                "--config",
                file.toString(),
                "--cluster.secret-file",
                "/s",
                "--agent.cpus=2.5",
                "--agent.labels=a=b,c=d");
        assertEquals(2_500, settings.resources().getMilliCpus());
        assertEquals(3, settings.resources().getGpus());
        assertEquals(Map.of("a", "b", "c", "d"), settings.labels());
    }

    @Test
    void errorsNameTheKey() {
        for (String wrong : List.of("--agent.cpus=many", "--agent.cpus=-1", "--agent.labels=x", "--agent.gpu=1")) {
            OrreryException error =
                    assertThrows(OrreryException.class, () -> settings("--cluster.secret-file=/s", wrong));
            assertTrue(error.getMessage().contains(wrong.substring(2, wrong.indexOf('='))), error.getMessage());
        }
        assertTrue(assertThrows(OrreryException.class, () -> settings("--agent.name=n"))
                .getMessage()
                .contains("cluster.secret-file"));
        assertTrue(assertThrows(OrreryException.class, () -> settings("agent"))
                .getMessage()
                .contains("usage"));
        assertThrows(OrreryException.class, () -> settings("--agent.name"));
    }

    @Test
    void oneHolderOfAFolder() {
        NodeFolder first = new NodeFolder(folder);
        first.open();
        NodeFolder second = new NodeFolder(folder);
        OrreryException error = assertThrows(OrreryException.class, second::open);
        assertTrue(error.getMessage().contains(folder.toString()), error.getMessage());
        assertTrue(error.getMessage().contains("pid " + ProcessHandle.current().pid()), error.getMessage());
        second.close();
        first.close();
        NodeFolder third = new NodeFolder(folder);
        third.open();
        third.close();
    }

    @Test
    void keysAreReadFromConfig() {
        Config config = Config.load(
                AgentConfig.KEYS, java.util.Optional.empty(), Map.of("ORRERY_AGENT_NAME", "from-env"), Map.of());
        assertEquals("from-env", config.get(AgentConfig.NAME));
    }
}
