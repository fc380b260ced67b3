package dev.orrery.worker.stage;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.HostedActor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Hosts one replica of a stage. */
public final class StageActor implements HostedActor {
    private StageReplica replica;

    @Override
    public void start(ActorEnvironment environment) {
        replica = new StageReplica(environment);
        replica.start();
    }

    @Override
    public void onDesired(DesiredWorker desired) {
        replica.onDesired(desired);
    }

    @Override
    public void onWorldReady(World world) {
        replica.onWorldReady(world);
    }

    @Override
    public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
        replica.onWorldEnded(world, state, cause);
    }

    @Override
    public WorkerState state() {
        return replica.isOpen() ? WorkerState.OPEN : WorkerState.OPENING;
    }

    @Override
    public void contributeTo(WorkerReport.Builder report) {
        // A replica has no more to tell than every worker has.
    }

    @Override
    public boolean linked() {
        return replica.linked();
    }

    @Override
    public CompletableFuture<Void> stop() {
        return replica.stop();
    }
}
