package dev.orrery.agent;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.config.ConfigKey;
import dev.orrery.internal.config.ConfigKey.Range;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.world.Transport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the workers of a node reach each other in worlds: settings of the agent, which hands them on. */
final class WorldsConfig {
    private static final String AUTO = "auto";
    private static final int LONGEST_SPIN_MICROS = 1_000_000;

    static final ConfigKey<String> HOST_ID = ConfigKey.string(
            "worlds.host-id",
            "",
            "Workers with the same one share memory, for worlds and large objects; default: the boot id of this machine."
                    + " Containers that do not share the folders below, /dev/shm and /tmp need different ones.");
    static final ConfigKey<Optional<Transport>> TRANSPORT = new ConfigKey<>(
            "worlds.transport",
            AUTO,
            "What carries the messages of worlds. auto: shared memory on one host, a Unix socket where that cannot be had,"
                    + " TCP across hosts. Any other is the only one that is used; a world that cannot have it breaks.",
            AUTO + ", " + transports(),
            WorldsConfig::transport);
    static final ConfigKey<Integer> RING_BYTES = ringBytes(
            "worlds.ring-bytes",
            "2MiB",
            "Size of each of the two rings of shared memory between two members: a power of two from 64KiB to 256MiB. Larger"
                    + " ones are faster between cores that share no cache, smaller ones where one process is in several worlds.");
    static final ConfigKey<Integer> RING_CHUNK_BYTES = ringBytes(
            "worlds.ring-chunk-bytes",
            "256KiB",
            "After how much of a large message the receiver is told: a multiple of 8, at most an eighth of the ring.");
    static final ConfigKey<Integer> SPIN_MICROS = ConfigKey.integer(
            "worlds.spin-micros",
            40,
            new Range(0, LONGEST_SPIN_MICROS),
            "How many microseconds a thread looks for more before it sleeps, while there are more cores than active peers; for"
                    + " data from sockets three times as many.");
    static final ConfigKey<Path> SHARED_MEMORY_FOLDER = folder(
            "worlds.shared-memory-folder",
            "/dev/shm",
            "Where rings are made, in memory; the same for all agents of a host. What killed workers leave there is removed.");
    static final ConfigKey<Path> SOCKET_FOLDER = folder(
            "worlds.socket-folder",
            "/tmp",
            "Where sockets are made when memory cannot be shared; the same for all agents of a host. What killed workers"
                    + " leave there is removed.");

    static final List<ConfigKey<?>> KEYS =
            List.of(HOST_ID, TRANSPORT, RING_BYTES, RING_CHUNK_BYTES, SPIN_MICROS, SHARED_MEMORY_FOLDER, SOCKET_FOLDER);

    private WorldsConfig() {}

    /** Throws INVALID_CONFIG when the values do not go together. */
    static HostOptions hostOptions(Config config) {
        HostOptions defaults = HostOptions.defaults();
        return new HostOptions(
                config.find(HOST_ID).filter(id -> !id.isBlank()).orElse(defaults.hostId()),
                config.get(TRANSPORT),
                rings(config),
                Duration.of(config.get(SPIN_MICROS), ChronoUnit.MICROS),
                config.get(SHARED_MEMORY_FOLDER),
                config.get(SOCKET_FOLDER));
    }

    private static RingGeometry rings(Config config) {
        try {
            return new RingGeometry(config.get(RING_BYTES), config.get(RING_CHUNK_BYTES));
        } catch (OrreryException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    RING_BYTES.name() + " and " + RING_CHUNK_BYTES.name() + " do not hold: " + e.detail(),
                    e);
        }
    }

    private static String name(Transport transport) {
        return transport.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String transports() {
        return Arrays.stream(Transport.values()).map(WorldsConfig::name).collect(Collectors.joining(", "));
    }

    private static Optional<Transport> transport(String text) {
        if (text.equals(AUTO)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(Transport.values())
                .filter(transport -> name(transport).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no transport")));
    }

    private static ConfigKey<Integer> ringBytes(String name, String defaultText, String doc) {
        ConfigKey<Long> bytes = ConfigKey.bytes(name, defaultText, doc);
        return new ConfigKey<>(name, defaultText, doc, bytes.form() + ", below 2GiB", text -> {
            long value = bytes.parser().apply(text);
            if (value > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("too large");
            }
            return (int) value;
        });
    }

    private static ConfigKey<Path> folder(String name, String defaultText, String doc) {
        ConfigKey<Path> path = ConfigKey.path(name, defaultText, doc);
        String form = "an absolute path of at most " + SharedFiles.LONGEST_FOLDER_BYTES + " bytes";
        return new ConfigKey<>(name, defaultText, doc, form, text -> {
            Path folder = path.parser().apply(text);
            if (!folder.isAbsolute()
                    || folder.toString().getBytes(StandardCharsets.UTF_8).length > SharedFiles.LONGEST_FOLDER_BYTES) {
                throw new IllegalArgumentException("relative, or too long");
            }
            return folder;
        });
    }
}
