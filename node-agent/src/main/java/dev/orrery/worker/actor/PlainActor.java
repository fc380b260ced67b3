package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.RetireWorkerRequest;
import dev.orrery.internal.proto.RetireWorkerResponse;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.HostedActor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Hosts one plain actor, or runs tasks, in a worker of its own. */
public final class PlainActor implements HostedActor {
    /** What is made once the process lends its environment. */
    private record Parts(ActorBody body, CallServer server, ActorCode code, WorkerObjects objects) {}

    private volatile Optional<Parts> parts = Optional.empty();

    @Override
    public void start(ActorEnvironment environment) {
        boolean runsTasks = environment.desired().getSpec().getActor().getRunsTasks();
        WorkerObjects objects = WorkerObjects.of(environment);
        OwnJob job = new OwnJob(environment, objects.exchange());
        CallIntake intake = CallIntake.of(environment, QueuedBytes.ofThisProcess());
        CallServer server = new CallServer(
                environment,
                intake::call,
                objects.results(),
                runsTasks ? Optional.of(owners(intake)) : Optional.empty());
        ActorCode code = ActorCode.of(environment.launch().artifacts(), job);
        ActorBody body =
                ActorBody.of(environment, intake, code, new ActorBody.Possessions(job, job, objects), server::start);
        parts = Optional.of(new Parts(body, server, code, objects));
        onDesired(environment.desired());
        body.start();
    }

    private CallServer.TaskOwners owners(CallIntake intake) {
        return new CallServer.TaskOwners() {
            @Override
            public void withdraw() {
                intake.withdrawAll();
            }

            @Override
            public CompletableFuture<RetireWorkerResponse> retire(RpcConnection owner, RetireWorkerRequest request) {
                Parts here = parts();
                if (request.getSaysKept()) {
                    here.objects().results().releaseUnknown(owner, request.getKeptList());
                }
                return new Retirement(
                                here.objects().exchange().references(),
                                here.objects().results(),
                                here.body().loan())
                        .get();
            }
        };
    }

    private Parts parts() {
        return parts.orElseThrow(() -> new IllegalStateException("the actor was not started"));
    }

    @Override
    public void onDesired(DesiredWorker desired) {
        parts().body().worlds().onDesired(desired.getWorldsList());
    }

    @Override
    public void onWorldReady(World world) {
        parts().body().worlds().onReady(world);
    }

    @Override
    public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
        parts().body().worlds().onEnded(world, state, cause);
    }

    @Override
    public WorkerState state() {
        return parts().body().threads().isOpen() ? WorkerState.OPEN : WorkerState.OPENING;
    }

    @Override
    public void contributeTo(WorkerReport.Builder report) {
        parts().server().address().ifPresent(address -> report.setRpcAddress(address.toMessage()));
        report.setLendsCpus(parts().body().loan().isLent());
    }

    @Override
    public boolean linked() {
        return parts().server().linked();
    }

    @Override
    public CompletableFuture<Void> stop() {
        return parts.map(here -> here.body()
                        .stop()
                        .thenCompose(ended -> CompletableFuture.allOf(
                                here.body().job().close(), here.server().close()))
                        .thenCompose(closed -> here.objects().close())
                        .thenRun(() -> here.code().close()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }
}
