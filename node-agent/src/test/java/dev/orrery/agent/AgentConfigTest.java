package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.gpu.GpuSettings;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
        assertEquals(Runtime.getRuntime().availableProcessors() * 1_000L, settings.milliCpus());
        assertTrue(settings.memoryBytes() > 64 << 20, "all of the host");
        assertEquals(Map.of(), settings.milliResources());
        assertEquals(Map.of(), settings.labels());
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
                "--agent.memory=3GiB",
                "--agent.resources=tpu=4, license=0.5",
                "--agent.labels=a=b,c=d");
        assertEquals(2_500, settings.milliCpus());
        assertEquals(3L << 30, settings.memoryBytes());
        assertEquals(Map.of("tpu", 4_000L, "license", 500L), settings.milliResources());
        assertEquals(Optional.of(3), settings.gpu().offered());
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
    void resourcesAndLabelsAreNamedAndCountedAsActorsMayAskForThem() {
        Map<String, String> wrong = Map.of(
                "agent.memory=much", "a size like",
                "agent.resources=tpu", "name=amount",
                "agent.resources=tpu=0", "from 0.001 to 1000000",
                "agent.resources=tpu=0.0004", "from 0.001 to 1000000",
                "agent.resources=tpu=-1", "from 0.001 to 1000000",
                "agent.resources=tpu=many", "from 0.001 to 1000000",
                "agent.resources=a b=1", "1 to 64 letters",
                "agent.resources=cpus=1", "none of cpus, gpus and memory",
                "agent.resources=tpu=1,tpu=2", "each name once",
                "agent.labels=zone=a b", "1 to 64 letters");
        wrong.forEach((setting, needed) -> {
            OrreryException error =
                    assertThrows(OrreryException.class, () -> settings("--cluster.secret-file=/s", "--" + setting));
            assertEquals(ErrorCode.INVALID_CONFIG, error.code());
            assertTrue(error.getMessage().contains(setting.substring(0, setting.indexOf('='))), error.getMessage());
            assertTrue(error.getMessage().contains(needed), error.getMessage());
        });
        assertThrows(OrreryException.class, () -> settings("--cluster.secret-file=/s", "--agent.labels=zone=a,zone=b"));
    }

    @Test
    void gpusAreAsUsualUnlessSaidOtherwise() {
        assertEquals(
                new GpuSettings(
                        true, Duration.ofSeconds(30), Optional.empty(), Optional.empty(), Optional.empty(), 1, false),
                settings("--cluster.secret-file=/s").gpu());
    }

    @Test
    void gpusAreSetByTheirKeysAndTheLibrariesByShortFlagsToo() throws IOException {
        Path file = folder.resolve("agent.yaml");
        Files.writeString(file, "gpu:\n  share: 2\n  multi-rank: true\n  cuda-lib: /in/the/file\n");
        GpuSettings gpu = settings(
                        "--config",
                        file.toString(),
                        "--cluster.secret-file=/s",
                        "--gpu.discover=off",
                        "--gpu.discover-timeout=3s",
                        "--cuda-lib=/opt/libcudart.so",
                        "--nccl-lib",
                        "libnccl.so")
                .gpu();
        assertEquals(
                new GpuSettings(
                        false,
                        Duration.ofSeconds(3),
                        Optional.of(Path.of("/opt/libcudart.so")),
                        Optional.of(Path.of("libnccl.so").toAbsolutePath()),
                        Optional.empty(),
                        2,
                        true),
                gpu);
    }

    @Test
    void errorsOfGpusNameTheKey() {
        for (String wrong : List.of("--gpu.discover=on", "--gpu.share=0", "--gpu.multi-rank=yes")) {
            OrreryException error =
                    assertThrows(OrreryException.class, () -> settings("--cluster.secret-file=/s", wrong));
            assertTrue(error.getMessage().contains(wrong.substring(2, wrong.indexOf('='))), error.getMessage());
        }
    }

    @Test
    void worldsAreAsUsualUnlessSaidOtherwise() {
        assertEquals(
                HostOptions.defaults(), settings("--cluster.secret-file=/s").worlds());
    }

    @Test
    void worldsAreSetByTheirKeys() throws IOException {
        Path file = folder.resolve("agent.yaml");
        Files.writeString(file, "worlds:\n  transport: unix-socket\n  ring-bytes: 64KiB\n  ring-chunk-bytes: 8KiB\n");
        HostOptions worlds = settings(
                        "--config",
                        file.toString(),
                        "--cluster.secret-file=/s",
                        "--worlds.host-id=container-3",
                        "--worlds.spin-micros=0",
                        "--worlds.shared-memory-folder=/mnt/rings",
                        "--worlds.socket-folder=/run/orrery")
                .worlds();
        assertEquals(
                HostOptions.defaults()
                        .withHostId("container-3")
                        .withTransport(Transport.UNIX_SOCKET)
                        .withRing(64 << 10, 8 << 10)
                        .withSpin(Duration.ZERO)
                        .withFolder(Path.of("/mnt/rings"))
                        .withSocketFolder(Path.of("/run/orrery")),
                worlds);
        for (Transport transport : Transport.values()) {
            String name = transport.name().toLowerCase(Locale.ROOT).replace('_', '-');
            assertEquals(
                    Optional.of(transport),
                    settings("--cluster.secret-file=/s", "--worlds.transport=" + name)
                            .worlds()
                            .transport());
        }
    }

    @Test
    void errorsOfWorldsNameTheKeyAndWhatItTakes() {
        Map<String, String> wrong = Map.of(
                "worlds.transport=udp",
                "auto, shared-memory, unix-socket, tcp",
                "worlds.transport=TCP",
                "auto, shared-memory, unix-socket, tcp",
                "worlds.ring-bytes=3000000",
                "power of two",
                "worlds.ring-bytes=8GiB",
                "below 2GiB",
                "worlds.ring-chunk-bytes=4MiB",
                "at most an eighth",
                "worlds.spin-micros=-1",
                "from 0 to 1000000",
                "worlds.shared-memory-folder=shm",
                "an absolute path",
                "worlds.socket-folder=/" + "x".repeat(36),
                "at most 36 bytes");
        wrong.forEach((setting, needed) -> {
            OrreryException error =
                    assertThrows(OrreryException.class, () -> settings("--cluster.secret-file=/s", "--" + setting));
            assertEquals(ErrorCode.INVALID_CONFIG, error.code());
            assertTrue(error.getMessage().contains(setting.substring(0, setting.indexOf('='))), error.getMessage());
            assertTrue(error.getMessage().contains(needed), error.getMessage());
        });
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
        Config config =
                Config.load(AgentConfig.KEYS, Optional.empty(), Map.of("ORRERY_AGENT_NAME", "from-env"), Map.of());
        assertEquals("from-env", config.get(AgentConfig.NAME));
    }
}
