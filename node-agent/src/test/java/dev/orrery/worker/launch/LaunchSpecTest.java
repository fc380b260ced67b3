package dev.orrery.worker.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.nccl.HostOptions;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchSpecTest {
    @TempDir
    Path folder;

    private LaunchSpec spec() {
        return spec(HostOptions.defaults(), GpuLaunch.none());
    }

    private LaunchSpec spec(HostOptions worlds, GpuLaunch gpu) {
        return new LaunchSpec(
                "nonce-1",
                ActorLife.newBuilder().setActor("1-2a").setIncarnation(3).build(),
                "embed/encode = ü\n-1",
                "node-1",
                "host-1",
                "127.0.0.1",
                "orrery",
                Path.of("/etc/secret"),
                Path.of("/n/agent.address"),
                folder,
                Duration.ofMinutes(10),
                worlds,
                gpu,
                List.of(Path.of("/n/a b.jar"), Path.of("/n/c.jar")));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        spec().write();
        assertEquals(spec(), LaunchSpec.read(spec().file()));
        spec().write();
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "no leftovers");
        }
    }

    @Test
    void howWorldsAreCarriedIsHandedOn() throws IOException {
        HostOptions worlds = HostOptions.defaults()
                .withHostId("rack = 7")
                .withTransport(Transport.UNIX_SOCKET)
                .withRing(64 << 10, 4 << 10)
                .withSpin(Duration.ofNanos(1_000))
                .withFolder(Path.of("/mnt/a b"))
                .withSocketFolder(Path.of("/run/x"));
        spec(worlds, GpuLaunch.none()).write();
        assertEquals(worlds, LaunchSpec.read(spec().file()).worlds());
    }

    @Test
    void gpusAndTheirLibrariesAreHandedOn() throws IOException {
        GpuLaunch gpu = new GpuLaunch(
                Optional.of(Path.of("/opt/cuda 13/libcudart.so")),
                Optional.of(Path.of("/opt/libnccl.so")),
                List.of("GPU-2", "GPU-1"));
        spec(HostOptions.defaults(), gpu).write();
        assertEquals(gpu, LaunchSpec.read(spec().file()).gpu());
    }

    @Test
    void wrongWorldsSayWhy() throws IOException {
        spec().write();
        String text = Files.readString(spec().file());
        for (String wrong :
                List.of("worlds.ring-bytes=1", "worlds.transport=x", "worlds.spin=-PT1S", "worlds.spin=x")) {
            Files.writeString(spec().file(), text + wrong + "\n");
            IOException error = assertThrows(IOException.class, () -> LaunchSpec.read(spec().file()), wrong);
            assertTrue(error.getMessage().contains(LaunchSpec.FILE_NAME), error.getMessage());
        }
    }

    @Test
    void aFileThatIsNoneSaysWhy() throws IOException {
        Path file = folder.resolve("x");
        Files.writeString(file, "nonce=1\n");
        IOException error = assertThrows(IOException.class, () -> LaunchSpec.read(file));
        assertTrue(error.getMessage().contains("'actor' is missing"), error.getMessage());
    }
}
