package dev.orrery.gateway;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.Attachment;
import dev.orrery.gateway.core.ClientKey;
import dev.orrery.gateway.core.Effect;
import dev.orrery.gateway.core.GatewayCore;
import dev.orrery.gateway.core.GatewayOptions;
import dev.orrery.gateway.core.Life;
import dev.orrery.gateway.core.RoutingSnapshot;
import dev.orrery.gateway.core.Submission;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Farewell;
import dev.orrery.internal.proto.GatewayEvent;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.GatewayStatusRequest;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaAttached;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageFailed;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.HostedActor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries messages to the core and the core's effects out. Decides nothing. */
public final class GatewayActor implements HostedActor {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayActor.class);
    private static final int UPSTREAM_RANK = 0;
    private static final long MAX_UNREAD_BYTES = 64L << 20;
    private static final long DEFAULT_MAX_TENSOR_BYTES = 32L << 20;

    /** What is made once the process lends its environment. */
    private record Parts(
            ActorEnvironment environment,
            Life life,
            String pipeline,
            long maxTensorBytes,
            GatewayCore core,
            GatewayLoop loop,
            FirstHopWorlds firstHops,
            RpcServer server) {}

    private final ClientCalls clients = new ClientCalls(MAX_UNREAD_BYTES);
    private final ReplicaLinks links = new ReplicaLinks();
    private volatile Optional<Parts> parts = Optional.empty();
    private volatile Optional<HostPort> address = Optional.empty();
    private volatile GatewayReport report = GatewayReport.getDefaultInstance();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    @Override
    public void start(ActorEnvironment environment) {
        ActorSpec spec = environment.desired().getSpec();
        Life life = Life.of(environment.life());
        long maxTensorBytes = spec.getPolicy().getMaxTensorBytes();
        GatewayOptions options =
                GatewayOptions.of(life, spec.getPipeline(), spec.getGateway().getStagesList(), spec.getPolicy());
        GatewayCore core = new GatewayCore(options, new SplittableRandom());
        GatewayLoop loop = new GatewayLoop(
                "gateway-" + spec.getPipeline(),
                environment.clock(),
                core::nextDeadline,
                now -> apply(core.tick(now), now),
                this::onDefect);
        RpcServer server = new RpcServer(
                environment.transport(),
                environment.identity(),
                RpcLimits.defaults(),
                new HostPort(environment.launch().bindHost(), 0),
                handlers());
        parts = Optional.of(new Parts(
                environment,
                life,
                spec.getPipeline(),
                maxTensorBytes > 0 ? maxTensorBytes : DEFAULT_MAX_TENSOR_BYTES,
                core,
                loop,
                new FirstHopWorlds(life, this::onFailedSend),
                server));
        loop.start();
        loop.post(now -> listen());
        onDesired(environment.desired());
    }

    private RpcHandlers handlers() {
        return RpcHandlers.builder()
                .on(Protocol.INFER, this::infer)
                .on(Protocol.GATEWAY_STATUS, this::status)
                .on(Protocol.ATTACH_REPLICA, this::attach)
                .onNotice(Protocol.REPLICA_NOTICE, this::onNotice)
                .build();
    }

    private void listen() {
        int port = parts().server().start().port();
        address = Optional.of(new HostPort(parts().environment().launch().host(), port));
        LOG.info("gateway {} of pipeline {} listens at {}", parts().life(), parts().pipeline(), address.get());
        parts().environment().changed();
    }

    private void onDefect(Throwable defect) {
        parts().environment()
                .fatal(Failure.of(
                        OrreryException.of(ErrorCode.INTERNAL, "gateway " + parts().life() + " cannot go on", defect)));
    }

    private Parts parts() {
        return parts.orElseThrow(() -> new IllegalStateException("the gateway was not started"));
    }

    /** One step of the core, on its thread. */
    private void step(LongFunction<List<Effect>> decision) {
        parts().loop().post(now -> apply(decision.apply(now), now));
    }

    private void apply(List<Effect> effects, long now) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                parts().firstHops().send(send, now);
            } else if (effect instanceof Effect.Complete complete) {
                clients.complete(complete.waiters(), complete.outcome());
            } else if (effect instanceof Effect.Release release) {
                ((RequestTensors) release.payload()).release();
            } else if (effect instanceof Effect.Cancel cancel) {
                links.cancel(cancel);
            } else if (effect instanceof Effect.Happened happened) {
                log(happened.event());
            } else {
                report = parts().core().report();
                parts().environment().changed();
            }
        }
    }

    private static void log(GatewayEvent event) {
        String about = event.getReplica().isEmpty() ? "" : event.getReplica() + " " + Life.of(event.getLife()) + ": ";
        String world = event.getWorld() == 0 ? "" : "world %016x: ".formatted(event.getWorld());
        String replayed = event.getReplayed() == 0 ? "" : "; replayed " + event.getReplayed();
        LOG.info("{} {}{}{}{}", event.getKind(), about, world, event.getWhy(), replayed);
    }

    // ---- clients -----------------------------------------------------------------------------------------------

    private CompletableFuture<InferResponse> infer(RpcConnection connection, InferRequest request) {
        if (request.getClient().isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a request needs the id of its client");
        }
        if (stopping.get()) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "gateway " + parts().life() + " stops");
        }
        clients.checkReads(connection);
        RequestTensors tensors =
                new RequestTensors(TensorCodec.fromMessages(request.getTensorsList(), parts().maxTensorBytes()));
        CompletableFuture<InferResponse> response = new CompletableFuture<>();
        long waiter = clients.open(connection, response);
        var unused = response.whenComplete((done, failure) -> {
            if (response.isCancelled()) {
                onCancel(connection, waiter);
            }
        });
        ClientKey key = new ClientKey(request.getClient(), request.getNumber());
        Submission submission = new Submission(key, tensors, request.getDeadlineMillis(), waiter);
        step(now -> parts().core().submit(submission, now));
        return response;
    }

    /** By the client, or because its connection is gone: then it comes back for the answer. */
    private void onCancel(RpcConnection connection, long waiter) {
        clients.forget(waiter);
        GatewayCore core = parts().core();
        step(connection.isOpen() ? now -> core.cancel(waiter, now) : now -> core.detach(waiter, now));
    }

    private CompletableFuture<GatewayStatus> status(RpcConnection connection, GatewayStatusRequest request) {
        CompletableFuture<GatewayStatus> response = new CompletableFuture<>();
        parts().loop().post(now -> response.complete(parts().core().status(request.getEventsAfter())));
        return response;
    }

    // ---- replicas ----------------------------------------------------------------------------------------------

    private CompletableFuture<ReplicaAttached> attach(RpcConnection connection, ReplicaAttach attach) {
        Parts here = parts();
        if (!attach.getPipeline().equals(here.pipeline())) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "this is the gateway of pipeline " + here.pipeline() + ", not of " + attach.getPipeline());
        }
        ReplicaLinks.Link link = links.open(connection, attach);
        Attachment attachment =
                new Attachment(link.life(), link.replica(), link.id(), attach.getHost(), attach.getLogPath());
        step(now -> here.core().attached(attachment, now));
        var unused = connection.closed().thenAccept(why -> {
            links.close(link);
            step(now -> here.core().linkLost(link.life(), link.id(), why, now));
        });
        return CompletableFuture.completedFuture(
                ReplicaAttached.newBuilder().setGateway(here.life().toMessage()).build());
    }

    private void onNotice(RpcConnection connection, ReplicaNotice notice) {
        Optional<ReplicaLinks.Link> link = links.of(connection);
        if (link.isEmpty()) {
            LOG.warn("{} sent a notice without having attached", connection.peer());
            return;
        }
        Life life = link.get().life();
        GatewayCore core = parts().core();
        switch (notice.getKindCase()) {
            case WORLD_BROKEN -> step(now -> core.worldBroken(life, notice.getWorldBroken(), now));
            case REFUSED -> {
                long request = notice.getRefused().getAttempt().getRequest();
                int attempt = notice.getRefused().getAttempt().getAttempt();
                String why = notice.getRefused().getWhy();
                step(now -> core.refused(life, request, attempt, why, now));
            }
            case FAILED -> {
                long request = notice.getFailed().getAttempt().getRequest();
                int attempt = notice.getFailed().getAttempt().getAttempt();
                OrreryException why = failure(notice.getFailed(), link.get().replica());
                step(now -> core.failed(life, request, attempt, why, now));
            }
            case CANCELLED -> {
                long request = notice.getCancelled().getRequest();
                int attempt = notice.getCancelled().getAttempt();
                step(now -> core.cancelAcknowledged(life, request, attempt, now));
            }
            case FAREWELL -> farewell(life, notice.getFarewell());
            case KIND_NOT_SET -> LOG.warn("{} sent a notice of a kind that is not known here", connection.peer());
        }
    }

    private void farewell(Life replica, Farewell farewell) {
        Parts here = parts();
        ActorLife own = here.life().toMessage();
        ActorLife successor = farewell.getSuccessor();
        if (successor.getActor().equals(own.getActor()) && successor.getIncarnation() > own.getIncarnation()) {
            // Its own agent may be stopped or cut off. Clients would wait here for what nobody processes.
            step(here.core()::stop);
            here.environment().superseded(Life.of(successor) + " is followed by its replicas");
        } else {
            step(now -> here.core().left(replica, now));
        }
    }

    private OrreryException failure(StageFailed failed, String replica) {
        ErrorCode code;
        try {
            code = ErrorCode.valueOf(failed.getCode());
        } catch (IllegalArgumentException e) {
            LOG.warn("{} failed with the unknown code {}", replica, failed.getCode());
            code = ErrorCode.STAGE_FAILED;
        }
        return OrreryException.of(
                code,
                "stage " + failed.getStage() + " failed the request",
                Map.of("pipeline", parts().pipeline(), "stage", failed.getStage(), "replica", replica),
                Optional.of(ErrorCodec.fromMessage(failed.getFailure())));
    }

    // ---- worlds ------------------------------------------------------------------------------------------------

    @Override
    public void onWorldReady(World world) {
        Parts here = parts();
        if (world.rank() == UPSTREAM_RANK) {
            here.loop().post(now -> here.firstHops().add(world));
        } else {
            new LastHopReceiver(world, here.life(), new Answers()).start();
        }
        step(now -> here.core().ownWorldReady(world.id(), now));
    }

    @Override
    public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
        String why = state + cause.map(first -> ": " + first.summary()).orElse("");
        parts().loop().post(now -> parts().firstHops().remove(world));
        step(now -> parts().core().ownWorldEnded(world, why, now));
    }

    private void onFailedSend(long world, String why) {
        step(now -> parts().core().ownWorldEnded(world, why, now));
    }

    private final class Answers implements LastHopReceiver.Sink {
        @Override
        public void answered(long request, int attempt, AnswerMessages answer) {
            step(now -> parts().core().answered(request, attempt, answer, now));
        }

        @Override
        public void garbage(long world, String what) {
            LOG.error("world {} brought what is no answer: {}", Long.toUnsignedString(world), what);
            step(now -> parts().core().ownWorldEnded(world, what, now));
            var unused = parts().environment().worlds().leave(world);
        }
    }

    // ---- the process -------------------------------------------------------------------------------------------

    @Override
    public void onDesired(DesiredWorker desired) {
        if (desired.hasRouting()) {
            RoutingSnapshot table = RoutingSnapshot.of(desired.getRouting());
            step(now -> parts().core().routing(table, now));
        }
    }

    @Override
    public WorkerState state() {
        return address.isPresent() ? WorkerState.OPEN : WorkerState.OPENING;
    }

    @Override
    public void contributeTo(WorkerReport.Builder target) {
        address.ifPresent(listening -> target.setRpcAddress(listening.toMessage()));
        target.setGateway(report);
    }

    @Override
    public boolean linked() {
        return links.any() || clients.anyConnected();
    }

    @Override
    public CompletableFuture<Void> stop() {
        if (parts.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        if (stopping.compareAndSet(false, true)) {
            parts().loop().post(now -> {
                apply(parts().core().stop(now), now);
                // Not an I/O thread, and the core has nothing left to do: this may wait for the sockets.
                parts().server().close();
                parts().loop().end();
                stopped.complete(null);
            });
        }
        return stopped;
    }
}
