package dev.orrery.worker.actor;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
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
import java.util.function.Function;

/** Where drivers call the worker's actors. */
final class CallServer {
    private final ActorEnvironment environment;
    private final Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> calls;
    private final RpcServer server;
    private final Set<RpcConnection> callers = ConcurrentHashMap.newKeySet();
    private volatile Optional<HostPort> address = Optional.empty();

    /**
     * @param calls takes each call, in the order of its connection, or throws
     * @param withdrawal of tasks; none where actors are: of their calls no caller may take another's away
     */
    CallServer(
            ActorEnvironment environment,
            Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> calls,
            Optional<Runnable> withdrawal) {
        this.environment = environment;
        this.calls = calls;
        this.server = new RpcServer(
                environment.transport(),
                environment.identity(),
                RpcLimits.defaults(),
                new HostPort(environment.launch().bindHost(), 0),
                handlers(withdrawal));
    }

    private RpcHandlers handlers(Optional<Runnable> withdrawal) {
        RpcHandlers.Builder handlers = RpcHandlers.builder().on(Protocol.CALL_ACTOR, this::call);
        return withdrawal
                .map(all -> handlers.onNotice(Protocol.WITHDRAW_TASKS, (owner, notice) -> all.run()))
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
        return calls.apply(request);
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
