package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.WorldForming;
import dev.orrery.world.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Collects what a world is to be. Not thread-safe. */
public final class WorldBuilder {
    private final WorldForming forming;
    private final String name;
    private final List<ActorRef<?>> members = new ArrayList<>();
    private Backend backend = Backend.AUTO;

    WorldBuilder(WorldForming forming, String name) {
        this.forming = forming;
        this.name = name;
    }

    /**
     * Adds members; ranks follow the order. An actor can be a member of many worlds, of each once. A world of one member is
     * one in which it is alone: its collective operations give it its own.
     */
    public WorldBuilder members(ActorRef<?>... actors) {
        return members(Arrays.asList(actors));
    }

    /** As {@link #members(ActorRef...)}. */
    public WorldBuilder members(List<? extends ActorRef<?>> actors) {
        Given.given("the list of members", actors).forEach(actor -> members.add(Given.given("a member", actor)));
        return this;
    }

    /** Default AUTO. */
    public WorldBuilder backend(Backend value) {
        backend = Given.given("the backend", value);
        return this;
    }

    /** As {@link #form(Duration)}, for a minute. */
    public WorldRef form() {
        return form(Duration.ofMinutes(1));
    }

    /**
     * Forms the world and waits until it is READY at every member, where {@link ActorContext#world} gives it. Throws
     * INVALID_ARGUMENT, ALREADY_EXISTS (a member has a world of that name, which is not BROKEN), ACTOR_DEAD (a member is, and
     * the failure tells how), NOT_FOUND (it died so long ago that it is forgotten), UNAVAILABLE (it is not ALIVE yet),
     * UNSUPPORTED (NCCL was asked for, and a member, its node or its GPU is in the way; the message tells which), BROKEN_WORLD (it did not come about; the failure tells why) or DEADLINE_EXCEEDED; one that did not form is taken away
     * again.
     */
    public WorldRef form(Duration timeout) {
        List<String> errors = new ArrayList<>();
        if (members.isEmpty()) {
            errors.add("a world has at least one member");
        }
        PipelinePolicy.positive("timeout", timeout, errors);
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, String.join("; ", errors), Map.of("world", name));
        }
        return forming.form(name, members.stream().map(ActorRef::id).toList(), backend, timeout);
    }
}
