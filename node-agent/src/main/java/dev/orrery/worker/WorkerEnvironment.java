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
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a worker's process lends to its actor. */
record WorkerEnvironment(
        LaunchSpec launch,
        DesiredWorker desired,
        WorldManager worlds,
        List<Device> devices,
        RpcTransport transport,
        RpcIdentity identity,
        NanoClock clock,
        ScheduledExecutorService timers,
        Supplier<List<HostPort>> headAddresses,
        Supplier<CompletableFuture<Duration>> leases,
        Runnable onChanged,
        Consumer<Failure> onFatal,
        Consumer<String> onSuperseded)
        implements ActorEnvironment {
    @Override
    public ActorLife life() {
        return launch.life();
    }

    @Override
    public List<HostPort> heads() {
        return headAddresses.get();
    }

    @Override
    public CompletableFuture<Duration> renewLease() {
        return leases.get();
    }

    @Override
    public void changed() {
        onChanged.run();
    }

    @Override
    public void fatal(Failure failure) {
        onFatal.accept(failure);
    }

    @Override
    public void superseded(String how) {
        onSuperseded.accept(how);
    }
}
