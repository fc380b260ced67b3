package dev.orrery.worker;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Device;
import dev.orrery.worker.launch.LaunchSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** What the worker process lends to its actor. */
public interface ActorEnvironment {
    LaunchSpec launch();

    ActorLife life();

    /** The desired state at the start; later ones come by {@link HostedActor#onDesired}. */
    DesiredWorker desired();

    WorldManager worlds();

    /** In CUDA's order. The first is that of the worlds. */
    List<Device> devices();

    RpcTransport transport();

    RpcIdentity identity();

    NanoClock clock();

    /** One thread for timers; what runs on it must not block. */
    ScheduledExecutorService timers();

    /**
     * Asks the leader, through the node agent, for a lease of this life of an exclusive actor, and tells how long it lasts
     * from now on. Fails within seconds when none is given.
     */
    CompletableFuture<Duration> renewLease();

    /** Where heads listen, as the node agent said last. */
    List<HostPort> heads();

    /** Something that the report tells has changed: a complete one is collected and sent soon. Any thread. */
    void changed();

    /** The actor cannot go on: the failure is logged, here only, and reported, and the process exits with code 1. Any thread. */
    void fatal(Failure failure);

    /**
     * A later life of the actor is known to be there: the process ends in good order. Any thread.
     *
     * @param how this became known, for the log
     */
    void superseded(String how);
}
