package dev.orrery.internal.client;

import dev.orrery.WorldRef;
import dev.orrery.WorldState;
import dev.orrery.WorldStatus;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.world.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Forms worlds of actors, and closes them. */
public final class WorldForming {
    private final ClusterClient client;
    private final Duration callTimeout;

    public WorldForming(ClusterClient client, Duration callTimeout) {
        this.client = client;
        this.callTimeout = callTimeout;
    }

    public WorldRef form(String name, List<String> actors, Backend backend, Duration timeout) {
        Waiting waiting = new Waiting(NanoClock.SYSTEM, timeout, callTimeout);
        while (true) {
            FormWorldRequest request = FormWorldRequest.newBuilder()
                    .setOperation(UUID.randomUUID().toString())
                    .setName(name)
                    .addAllActors(actors)
                    .setBackend(toMessage(backend))
                    .build();
            long world = client.call(Protocol.FORM_WORLD, request, waiting.callTimeout())
                    .getWorld();
            try {
                if (awaitReady(name, world, waiting)) {
                    return new FormedWorld(this, name, world);
                }
            } catch (OrreryException e) {
                takeAway(world, e);
                throw e;
            }
            // Another head leads since, which forms nothing that it did not begin itself.
        }
    }

    /** False when it broke only because the leader changed. */
    private boolean awaitReady(String name, long world, Waiting waiting) {
        WorldStatus status;
        do {
            status = status(name, world, waiting.callTimeout());
            switch (status.state()) {
                case READY -> {
                    return true;
                }
                case BROKEN -> {
                    if (status.failure().map(Failure::kind).equals(Optional.of(ErrorCode.NOT_LEADER.name()))
                            && !waiting.isOver()) {
                        return false;
                    }
                    throw OrreryException.of(
                            ErrorCode.BROKEN_WORLD,
                            "world '" + name + "' did not form",
                            Map.of("world", status.id()),
                            status.failure());
                }
                case CLOSED ->
                    throw OrreryException.of(
                            ErrorCode.BROKEN_WORLD,
                            "world '" + name + "' was closed while it was forming",
                            Map.of("world", status.id()));
                case FORMING -> waiting.pause("world " + name);
            }
        } while (!waiting.isOver());
        throw waiting.expired("world '%s' (%s) of %s to be READY; it is %s"
                .formatted(name, status.id(), status.members(), status.state()));
    }

    private void takeAway(long world, OrreryException why) {
        try {
            close(world);
        } catch (OrreryException e) {
            why.addSuppressed(e);
        }
    }

    void close(long world) {
        client.call(
                Protocol.CLOSE_WORLD,
                CloseWorldRequest.newBuilder().setWorld(world).build(),
                callTimeout);
    }

    WorldStatus status(String name, long world) {
        return status(name, world, callTimeout);
    }

    private WorldStatus status(String name, long world, Duration timeout) {
        try {
            return ActorViews.status(client.call(
                    Protocol.DESCRIBE_WORLD,
                    DescribeWorldRequest.newBuilder().setWorld(world).build(),
                    timeout));
        } catch (NotFoundException e) {
            return new WorldStatus(Long.toHexString(world), name, WorldState.CLOSED, List.of(), Optional.empty());
        }
    }

    private static dev.orrery.internal.proto.Backend toMessage(Backend backend) {
        return switch (backend) {
            case AUTO -> dev.orrery.internal.proto.Backend.BACKEND_UNSPECIFIED;
            case HOST -> dev.orrery.internal.proto.Backend.HOST;
            case NCCL -> dev.orrery.internal.proto.Backend.NCCL;
        };
    }
}
