package dev.orrery.nccl;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** All worlds of one process, behind one data port. No method blocks, and no world waits for another. */
public interface WorldManager extends AutoCloseable {
    /** Opens the data port. Throws ADDRESS_IN_USE. */
    void start();

    /** Where peers reach this process; known after {@link #start()}. */
    HostPort address();

    /**
     * Forms a world together with its other members, which must join too before its deadline
     * ({@code forming_timeout_millis} from now). Fails with BROKEN_WORLD, naming the member that was waited for. Joining a
     * world again returns the first outcome; an id that was left is never joined again.
     */
    CompletableFuture<World> join(WorldSpec spec, ActorLife self);

    /**
     * Leaves in good order: what was sent is flushed (bounded), peers see CLOSED, own operations under way fail. Completes
     * when all of the world is released here; at once for an id that is not known.
     */
    CompletableFuture<Void> leave(long world);

    Optional<World> world(long id);

    /** Breaks all worlds abruptly, closes the port and joins all threads, in bounded time. Idempotent. */
    @Override
    void close();
}
