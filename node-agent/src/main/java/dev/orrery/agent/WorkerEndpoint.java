package dev.orrery.agent;

import dev.orrery.agent.supervisor.Supervisor;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What the agent answers its workers. */
final class WorkerEndpoint {
    private final Supervisor supervisor;
    private final Executor loop;

    WorkerEndpoint(Supervisor supervisor, Executor loop) {
        this.supervisor = supervisor;
        this.loop = loop;
    }

    RpcHandlers handlers() {
        return RpcHandlers.builder()
                .on(Protocol.REGISTER_WORKER, this::register)
                .onNotice(Protocol.WORKER_REPORT, this::report)
                .build();
    }

    private CompletableFuture<WorkerWelcome> register(RpcConnection connection, WorkerHello hello) {
        if (connection.peer().role() != PeerRole.WORKER) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "only workers register here, not a " + connection.peer());
        }
        CompletableFuture<WorkerWelcome> welcome =
                CompletableFuture.supplyAsync(() -> supervisor.register(connection, hello), loop);
        connection.closed().thenAcceptAsync(why -> supervisor.disconnected(connection, why), loop);
        return welcome;
    }

    private void report(RpcConnection connection, WorkerReport report) {
        loop.execute(() -> supervisor.reported(connection, report));
    }
}
