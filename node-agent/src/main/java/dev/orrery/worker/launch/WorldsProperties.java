package dev.orrery.worker.launch;

import static dev.orrery.worker.launch.LaunchSpec.required;

import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.world.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/** The part of a launch file about worlds. */
final class WorldsProperties {
    private static final String HOST_ID = "worlds.host-id";
    /** Absent when there is a choice. */
    private static final String TRANSPORT = "worlds.transport";

    private static final String RING_BYTES = "worlds.ring-bytes";
    private static final String RING_CHUNK_BYTES = "worlds.ring-chunk-bytes";
    private static final String SPIN = "worlds.spin";
    private static final String FOLDER = "worlds.shared-memory-folder";
    private static final String SOCKET_FOLDER = "worlds.socket-folder";

    private WorldsProperties() {}

    static void write(HostOptions worlds, Properties properties) {
        properties.setProperty(HOST_ID, worlds.hostId());
        worlds.transport().ifPresent(only -> properties.setProperty(TRANSPORT, only.name()));
        properties.setProperty(RING_BYTES, Integer.toString(worlds.rings().ringBytes()));
        properties.setProperty(RING_CHUNK_BYTES, Integer.toString(worlds.rings().chunkBytes()));
        properties.setProperty(SPIN, worlds.spin().toString());
        properties.setProperty(FOLDER, worlds.folder().toString());
        properties.setProperty(SOCKET_FOLDER, worlds.socketFolder().toString());
    }

    /** Throws as {@link LaunchSpec#read} expects it. */
    static HostOptions read(Properties properties) {
        return new HostOptions(
                required(properties, HOST_ID),
                Optional.ofNullable(properties.getProperty(TRANSPORT)).map(Transport::valueOf),
                new RingGeometry(
                        Integer.parseInt(required(properties, RING_BYTES)),
                        Integer.parseInt(required(properties, RING_CHUNK_BYTES))),
                Duration.parse(required(properties, SPIN)),
                Path.of(required(properties, FOLDER)),
                Path.of(required(properties, SOCKET_FOLDER)));
    }
}
