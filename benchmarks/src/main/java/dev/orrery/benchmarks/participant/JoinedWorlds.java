package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The worlds of a participant, by the names of the harness. All have one backend. */
final class JoinedWorlds implements AutoCloseable {
    /** All members are processes of one run. */
    private static final ClusterSecret SECRET =
            new ClusterSecret("a secret of the benchmarks".getBytes(StandardCharsets.US_ASCII));

    private final Backend backend;
    private final int formingTimeoutMillis;
    private final WorldManager manager;
    private final Map<String, World> worlds = new HashMap<>();

    JoinedWorlds(WorldOptions options, Backend backend, int formingTimeoutMillis) {
        this.backend = backend;
        this.formingTimeoutMillis = formingTimeoutMillis;
        this.manager = WorldManagers.create(options, SECRET, (world, state, cause) -> {});
    }

    void start() {
        manager.start();
    }

    String address() {
        return manager.address().toString();
    }

    World join(Command.Join command) {
        World world = manager.join(spec(command), life(command.rank())).join();
        worlds.put(command.path(), world);
        return world;
    }

    void leave(String path) {
        World world = world(path);
        worlds.remove(path);
        manager.leave(world.id()).join();
    }

    World world(String path) {
        return Optional.ofNullable(worlds.get(path))
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no world " + path + ", only " + worlds.keySet()));
    }

    private WorldSpec spec(Command.Join command) {
        WorldSpec.Builder spec = WorldSpec.newBuilder()
                .setId(command.world())
                .setBackend(backend)
                .setFormingTimeoutMillis(formingTimeoutMillis);
        for (int rank = 0; rank < command.addresses().size(); rank++) {
            spec.addMembersBuilder()
                    .setRank(rank)
                    .setLife(life(rank))
                    .setDataAddress(
                            HostPort.parse(command.addresses().get(rank)).toMessage())
                    .setLabel("benchmark/" + rank);
        }
        return spec.build();
    }

    private static ActorLife life(int rank) {
        return ActorLife.newBuilder()
                .setActor("benchmark-" + rank)
                .setIncarnation(1)
                .build();
    }

    @Override
    public void close() {
        manager.close();
    }
}
