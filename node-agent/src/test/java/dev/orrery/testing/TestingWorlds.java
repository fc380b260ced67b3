package dev.orrery.testing;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Worlds in memory. Each process of a test gets its own {@link #manager}; a world is READY as soon as all its members
 * joined. Everything happens on the calling thread, in order; a sent tensor is copied.
 */
public final class TestingWorlds {
    private final Map<Long, TestingWorld> worlds = new HashMap<>();
    private int managers;

    /** A new process. */
    public synchronized TestingWorldManager manager(WorldListener listener) {
        managers++;
        return new TestingWorldManager(this, listener, new HostPort("127.0.0.1", 40_000 + managers));
    }

    /** A world of two: {@code from} is rank 0, {@code to} rank 1. */
    public static WorldSpec edge(long id, ActorLife from, ActorLife to) {
        return WorldSpec.newBuilder()
                .setId(id)
                .setBackend(dev.orrery.internal.proto.Backend.HOST)
                .setFormingTimeoutMillis(5_000)
                .addMembers(dev.orrery.internal.proto.WorldMember.newBuilder()
                        .setRank(0)
                        .setLife(from)
                        .setLabel(from.getActor()))
                .addMembers(dev.orrery.internal.proto.WorldMember.newBuilder()
                        .setRank(1)
                        .setLife(to)
                        .setLabel(to.getActor()))
                .build();
    }

    /** The same, with a name for its members. */
    public static WorldSpec named(String name, long id, ActorLife from, ActorLife to) {
        return edge(id, from, to).toBuilder().setName(name).build();
    }

    public static ActorLife life(String actor) {
        return life(actor, 1);
    }

    public static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    /** Breaks a world at all its members, as the death of one of them would. */
    public void breakWorld(long id, String why) {
        world(id).end(WorldState.BROKEN, Failure.of("link", why));
    }

    /** From now on sends of this world wait for {@link #releaseSends}. */
    public void holdSends(long id) {
        world(id).holdSends();
    }

    public void releaseSends(long id) {
        world(id).releaseSends();
    }

    private synchronized TestingWorld world(long id) {
        TestingWorld world = worlds.get(id);
        if (world == null) {
            throw new IllegalStateException("nobody joined world " + id);
        }
        return world;
    }

    synchronized TestingWorld worldFor(WorldSpec spec) {
        return worlds.computeIfAbsent(spec.getId(), id -> new TestingWorld(spec));
    }

    synchronized List<TestingWorld> worldsOf(WorldManager manager) {
        List<TestingWorld> mine = new ArrayList<>();
        for (TestingWorld world : worlds.values()) {
            if (world.hasMember(manager)) {
                mine.add(world);
            }
        }
        return mine;
    }

    synchronized Optional<TestingWorld> find(long id) {
        return Optional.ofNullable(worlds.get(id));
    }

    static OrreryException broken(long id, Failure cause) {
        return OrreryException.of(
                ErrorCode.BROKEN_WORLD, "world is over", Map.of("world", Long.toString(id)), Optional.of(cause));
    }
}
