package dev.orrery.internal.client;

import dev.orrery.WorldRef;
import dev.orrery.WorldState;
import dev.orrery.WorldStatus;

/** What a driver holds of a world that it formed. */
final class FormedWorld implements WorldRef {
    private final WorldForming forming;
    private final String name;
    private final long world;

    FormedWorld(WorldForming forming, String name, long world) {
        this.forming = forming;
        this.name = name;
        this.world = world;
    }

    @Override
    public String id() {
        return Long.toHexString(world);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public WorldState state() {
        return status().state();
    }

    @Override
    public WorldStatus status() {
        return forming.status(name, world);
    }

    @Override
    public void close() {
        forming.close(world);
    }

    @Override
    public String toString() {
        return "world " + name + " (" + id() + ")";
    }
}
