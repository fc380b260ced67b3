package dev.orrery.nccl;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.HostProcesses;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the members of HOST worlds reach each other.
 *
 * @param hostId processes with the same one share memory; by default the boot id of this machine
 * @param transport the only one that may be used; empty: shared memory on one host, a Unix domain socket where that cannot
 *     be had, TCP across hosts
 * @param rings the two rings of shared memory between two members
 * @param spin how long a thread looks for more before it waits to be woken, while there are more cores than active peers;
 *     for data from sockets it looks three times as long
 * @param folder where the rings and their bells are made; each name is gone as soon as both sides have it open
 * @param socketFolder where sockets are made that carry messages when {@code folder} cannot be used. Processes of one host
 *     need the same folders: a file elsewhere is not opened, whoever offers it
 */
public record HostOptions(
        String hostId,
        Optional<Transport> transport,
        RingGeometry rings,
        Duration spin,
        Path folder,
        Path socketFolder) {
    private static final int DEFAULT_RING = 2 << 20;
    private static final int DEFAULT_CHUNK = 256 << 10;
    private static final Duration DEFAULT_SPIN = Duration.ofNanos(40_000);

    public HostOptions {
        require(!hostId.isBlank(), "a host id must not be blank");
        require(!spin.isNegative(), "the time to spin must not be negative");
        requireFolder("shared memory", folder);
        requireFolder("sockets", socketFolder);
    }

    /** What is made there is connected to by its path, which has to be short. */
    private static void requireFolder(String what, Path folder) {
        require(folder.isAbsolute(), "the folder of " + what + " must be absolute, not " + folder);
        int bytes = folder.toString().getBytes(StandardCharsets.UTF_8).length;
        require(
                bytes <= SharedFiles.LONGEST_FOLDER_BYTES,
                "the path of the folder of %s must have at most %d bytes, not %d as %s"
                        .formatted(what, SharedFiles.LONGEST_FOLDER_BYTES, bytes, folder));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, otherwise);
        }
    }

    public static HostOptions defaults() {
        return new HostOptions(
                bootId(),
                Optional.empty(),
                new RingGeometry(DEFAULT_RING, DEFAULT_CHUNK),
                DEFAULT_SPIN,
                Path.of("/dev/shm"),
                Path.of("/tmp"));
    }

    private static String bootId() {
        try {
            return HostProcesses.bootId();
        } catch (IOException e) {
            throw new UncheckedIOException("this machine has no boot id", e);
        }
    }

    /** What others are told; empty when this process never shares memory. */
    public String offeredHostId() {
        return transport.isPresent() && transport.get() == Transport.TCP ? "" : hostId;
    }

    public HostOptions withHostId(String value) {
        return new HostOptions(value, transport, rings, spin, folder, socketFolder);
    }

    public HostOptions withTransport(Transport value) {
        return new HostOptions(hostId, Optional.of(value), rings, spin, folder, socketFolder);
    }

    public HostOptions withRing(int ring, int chunk) {
        return new HostOptions(hostId, transport, new RingGeometry(ring, chunk), spin, folder, socketFolder);
    }

    public HostOptions withSpin(Duration value) {
        return new HostOptions(hostId, transport, rings, value, folder, socketFolder);
    }

    public HostOptions withFolder(Path value) {
        return new HostOptions(hostId, transport, rings, spin, value, socketFolder);
    }

    public HostOptions withSocketFolder(Path value) {
        return new HostOptions(hostId, transport, rings, spin, folder, value);
    }
}
