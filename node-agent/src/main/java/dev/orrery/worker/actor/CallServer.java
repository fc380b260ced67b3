package dev.orrery.worker.actor;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
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
import java.util.function.Supplier;

/** Where drivers call the actor: checks each call and puts it into the queue, in the order of its connection. */
final class CallServer {
    private final ActorEnvironment environment;
    private final CallQueue queue;
    private final int maxCalls;
    private final CallErrors errors;
    private final Tenure tenure;
    private final KeptResults results;
    private final Supplier<CompletableFuture<RetireWorkerResponse>> retirement;
    private final boolean runsTasks;
    private final RpcServer server;
    private final Set<RpcConnection> callers = ConcurrentHashMap.newKeySet();
    private volatile Optional<HostPort> address = Optional.empty();

    /**
     * @param results that callers release over these connections
     * @param retirement of a worker that gets no more tasks
     */
    CallServer(
            ActorEnvironment environment,
            CallQueue queue,
            int maxCalls,
            CallErrors errors,
            Tenure tenure,
            KeptResults results,
            Supplier<CompletableFuture<RetireWorkerResponse>> retirement) {
        this.environment = environment;
        this.queue = queue;
        this.maxCalls = maxCalls;
        this.errors = errors;
        this.tenure = tenure;
        this.results = results;
        this.retirement = retirement;
        this.runsTasks = environment.desired().getSpec().getActor().getRunsTasks();
        this.server = new RpcServer(
                environment.transport(),
                environment.identity(),
                RpcLimits.defaults(),
                new HostPort(environment.launch().bindHost(), 0),
                handlers());
    }

    private RpcHandlers handlers() {
        RpcHandlers.Builder handlers = RpcHandlers.builder()
                .on(Protocol.CALL_ACTOR, this::call)
                .onNotice(Protocol.RELEASE_RESULTS, (caller, notice) -> results.release(caller, notice.getNamesList()));
        // Of an actor's calls no caller may take another's away.
        return runsTasks
                ? handlers.onNotice(Protocol.WITHDRAW_TASKS, (owner, notice) -> withdraw())
                        .on(Protocol.RETIRE_WORKER, (owner, request) -> retirement.get())
                        .build()
                : handlers.build();
    }

    private void withdraw() {
        queue.withdrawAll().forEach(call -> call.fail(errors.notBegun()));
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
        errors.requireLife(request.getLife());
        if (!tenure.holds()) {
            // Not only when its turn comes: the call before it may be what is stuck.
            throw errors.paused();
        }
        PendingCall call = new PendingCall(connection, request);
        switch (queue.offer(call)) {
            case QUEUED -> {
                var unused = call.response().whenComplete((response, failure) -> queue.withdraw(call));
            }
            // The owner of tasks sends them to another worker.
            case FULL -> throw runsTasks ? errors.notBegun() : errors.full(maxCalls);
            case PAUSED -> throw errors.notBegun();
            case CLOSED -> throw errors.stopped();
        }
        return call.response();
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
