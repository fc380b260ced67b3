package dev.orrery.testing;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One process's share of {@link TestingWorlds}. */
public final class TestingWorldManager implements WorldManager {
    private final TestingWorlds worlds;
    private final WorldListener listener;
    private final HostPort address;
    private volatile boolean closed;

    TestingWorldManager(TestingWorlds worlds, WorldListener listener, HostPort address) {
        this.worlds = worlds;
        this.listener = listener;
        this.address = address;
    }

    @Override
    public void start() {}

    @Override
    public HostPort address() {
        return address;
    }

    @Override
    public CompletableFuture<World> join(WorldSpec spec, ActorLife self) {
        return worlds.worldFor(spec).join(this, self);
    }

    @Override
    public CompletableFuture<Void> leave(long world) {
        worlds.find(world)
                .filter(found -> found.hasMember(this))
                .ifPresent(found -> found.end(WorldState.CLOSED, Failure.of("left", "a member left " + address)));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<World> world(long id) {
        return worlds.find(id).flatMap(found -> found.membership(this));
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        worlds.worldsOf(this).forEach(world -> world.end(WorldState.BROKEN, Failure.of("link", address + " closed")));
    }

    void tell(long world, WorldState state, Optional<Failure> cause) {
        if (!closed) {
            listener.onState(world, state, cause);
        }
    }
}
