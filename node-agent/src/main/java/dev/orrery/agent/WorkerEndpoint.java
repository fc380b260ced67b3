package dev.orrery.agent;

import dev.orrery.agent.supervisor.Supervisor;
import dev.orrery.agent.warm.WarmPool;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What the agent answers its workers. */
final class WorkerEndpoint {
    private final Supervisor supervisor;
    private final WarmPool warm;
    private final Executor loop;
    private final List<dev.orrery.internal.proto.HostPort> heads;
    private final Function<RenewLeaseRequest, CompletableFuture<RenewLeaseResponse>> leader;

    /**
     * @param heads told to each worker
     * @param leader asked for leases; any thread
     */
    WorkerEndpoint(
            Supervisor supervisor,
            WarmPool warm,
            Executor loop,
            List<HostPort> heads,
            Function<RenewLeaseRequest, CompletableFuture<RenewLeaseResponse>> leader) {
        this.supervisor = supervisor;
        this.warm = warm;
        this.loop = loop;
        this.heads = heads.stream().map(HostPort::toMessage).toList();
        this.leader = leader;
    }

    RpcHandlers handlers() {
        return RpcHandlers.builder()
                .on(Protocol.REGISTER_WORKER, this::register)
                .on(Protocol.RENEW_LEASE, this::renewLease)
                .onNotice(Protocol.WORKER_REPORT, this::report)
                .build();
    }

    private CompletableFuture<WorkerWelcome> register(RpcConnection connection, WorkerHello hello) {
        if (connection.peer().role() != PeerRole.WORKER) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "only workers register here, not a " + connection.peer());
        }
        CompletableFuture<WorkerWelcome> welcome =
                CompletableFuture.supplyAsync(() -> welcome(connection, hello), loop);
        connection.closed().thenAcceptAsync(why -> disconnected(connection, why), loop);
        return welcome;
    }

    private CompletableFuture<RenewLeaseResponse> renewLease(RpcConnection connection, RenewLeaseRequest request) {
        if (!connection.peer().name().equals(request.getLife().getActor())) {
            throw OrreryException.of(
                    ErrorCode.FENCED,
                    connection.peer() + " is not actor " + request.getLife().getActor());
        }
        return leader.apply(request);
    }

    private WorkerWelcome welcome(RpcConnection connection, WorkerHello hello) {
        if (!hello.getLife().getActor().isEmpty()) {
            return supervisor.register(connection, hello).toBuilder()
                    .addAllHeads(heads)
                    .build();
        }
        if (warm.register(connection, hello.getNonce())) {
            return WorkerWelcome.newBuilder().setWaiting(true).build();
        }
        // A life was bound to it, but whoever did that ended before it was told.
        return WorkerWelcome.newBuilder()
                .setSuperseded(!supervisor.isBound(hello.getNonce()))
                .build();
    }

    private void disconnected(RpcConnection connection, String why) {
        warm.disconnected(connection);
        supervisor.disconnected(connection, why);
    }

    private void report(RpcConnection connection, WorkerReport report) {
        loop.execute(() -> supervisor.reported(connection, report));
    }
}
