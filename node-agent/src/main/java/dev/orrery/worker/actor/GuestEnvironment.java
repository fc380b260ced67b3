package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Device;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.launch.LaunchSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * What a guest has of the worker that it shares: the same as an actor that has one for itself, but that its end is not the process's.
 *
 * @param desired as if the worker were the guest's own
 */
record GuestEnvironment(
        ActorEnvironment worker, DesiredWorker desired, Consumer<Failure> onFatal, Consumer<String> onSuperseded)
        implements ActorEnvironment {
    static GuestEnvironment of(
            ActorEnvironment worker, Guest guest, Consumer<Failure> onFatal, Consumer<String> onSuperseded) {
        DesiredWorker desired = DesiredWorker.newBuilder()
                .setLife(guest.getLife())
                .setLabel(guest.getLabel())
                .setSpec(ActorSpec.newBuilder()
                        .setActor(guest.getSpec())
                        .setResources(guest.getSpec().getResources()))
                .build();
        return new GuestEnvironment(worker, desired, onFatal, onSuperseded);
    }

    @Override
    public LaunchSpec launch() {
        return worker.launch();
    }

    @Override
    public ActorLife life() {
        return desired.getLife();
    }

    @Override
    public WorldManager worlds() {
        return worker.worlds();
    }

    @Override
    public List<Device> devices() {
        return List.of();
    }

    @Override
    public RpcTransport transport() {
        return worker.transport();
    }

    @Override
    public RpcIdentity identity() {
        return worker.identity();
    }

    @Override
    public NanoClock clock() {
        return worker.clock();
    }

    @Override
    public ScheduledExecutorService timers() {
        return worker.timers();
    }

    @Override
    public CompletableFuture<Duration> renewLease() {
        return CompletableFuture.failedFuture(
                new IllegalStateException("guest " + desired.getLabel() + " cannot be exclusive"));
    }

    @Override
    public List<HostPort> heads() {
        return worker.heads();
    }

    @Override
    public void changed() {
        worker.changed();
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
