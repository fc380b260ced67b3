package dev.orrery.worker.actor;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.RetireWorkerRequest;
import dev.orrery.internal.proto.RetireWorkerResponse;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.worker.ActorEnvironment;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Where drivers call the worker's actors. */
final class CallServer {
    private final ActorEnvironment environment;
    private final Calls calls;
    private final RpcServer server;
    private final Set<RpcConnection> callers = ConcurrentHashMap.newKeySet();
    private volatile Optional<HostPort> address = Optional.empty();

    /** Takes each call, in the order of its connection, or throws. */
    interface Calls {
        CompletableFuture<ActorCallResponse> take(RpcConnection caller, ActorCallRequest request);
    }

    /** What owners of tasks want beside calls. */
    interface TaskOwners {
        /** Whatever was not begun comes back. */
        void withdraw();

        /** The worker gets no more tasks. */
        CompletableFuture<RetireWorkerResponse> retire(RpcConnection owner, RetireWorkerRequest request);
    }

    /**
     * @param results that callers release over these connections
     * @param owners none where actors are: of their calls no caller may take another's away
     */
    CallServer(ActorEnvironment environment, Calls calls, KeptResults results, Optional<TaskOwners> owners) {
        this.environment = environment;
        this.calls = calls;
        this.server = new RpcServer(
                environment.transport(),
                environment.identity(),
                RpcLimits.defaults(),
                new HostPort(environment.launch().bindHost(), 0),
                handlers(results, owners));
    }

    private RpcHandlers handlers(KeptResults results, Optional<TaskOwners> owners) {
        RpcHandlers.Builder handlers = RpcHandlers.builder()
                .on(Protocol.CALL_ACTOR, this::call)
                .onNotice(Protocol.RELEASE_RESULTS, (caller, notice) -> results.release(caller, notice.getNamesList()));
        return owners.map(tasks -> handlers.onNotice(Protocol.WITHDRAW_TASKS, (owner, notice) -> tasks.withdraw())
                        .on(Protocol.RETIRE_WORKER, tasks::retire))
                .orElse(handlers)
                .build();
    }

    /** Blocks for a moment. */
    void start() {
        int port = server.start().port();
        address = Optional.of(new HostPort(environment.launch().host(), port));
    }

    Optional<HostPort> address() {
        return address;
    }

    /** Whether somebody who called once is still connected. */
    boolean linked() {
        return !callers.isEmpty();
    }

    private CompletableFuture<ActorCallResponse> call(RpcConnection connection, ActorCallRequest request) {
        if (callers.add(connection)) {
            var unused = connection.closed().thenAccept(why -> callers.remove(connection));
        }
        return calls.take(connection, request);
    }

    /** Idempotent. Closing waits for the sockets, so it has a thread of its own. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        new NamedThreads("actor-close")
                .newThread(() -> {
                    server.close();
                    closed.complete(null);
                })
                .start();
        return closed;
    }
}
