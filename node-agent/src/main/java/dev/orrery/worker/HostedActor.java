package dev.orrery.worker;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a worker process is there for: a replica of a stage, or a gateway. The process calls all methods on I/O threads
 * (or threads of the world manager), never two of them at a time, and {@link #start} first; none may block.
 */
public interface HostedActor {
    /**
     * Begins with {@link ActorEnvironment#desired()}. The outcome is told later: {@link #state()} turns OPEN and
     * {@link ActorEnvironment#changed()} is called, or {@link ActorEnvironment#fatal} is.
     */
    void start(ActorEnvironment environment);

    /** The complete new desired state. Worlds in it are the process's business. */
    void onDesired(DesiredWorker desired);

    /** Called once for each world that became READY, before the head is told. */
    void onWorldReady(World world);

    /**
     * Called once for each world that is over: BROKEN, or CLOSED by a peer or because it is not desired any more. Such a
     * world may never have been READY.
     */
    void onWorldEnded(long world, WorldState state, Optional<Failure> cause);

    /** OPENING or OPEN. */
    WorkerState state();

    /** Adds what is this actor's to a complete report: a gateway its {@code rpc_address} and {@code gateway}. */
    void contributeTo(WorkerReport.Builder report);

    /** Whether some client or gateway is linked: then the process outlives a lost agent. */
    boolean linked();

    /**
     * Ends in good order, in bounded time: takes nothing new, lets go of what it can, closes user code, then all of its
     * threads, links and ports. Worlds are left by the process afterwards.
     */
    CompletableFuture<Void> stop();
}
