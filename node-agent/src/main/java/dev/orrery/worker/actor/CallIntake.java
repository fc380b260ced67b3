package dev.orrery.worker.actor;

import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.worker.ActorEnvironment;
import java.util.concurrent.CompletableFuture;

/** What lets the calls of one life in: checks each and puts it into the queue. */
final class CallIntake {
    private static final int DEFAULT_MAX_CALLS = 1_000;

    private final CallQueue queue;
    private final int maxCalls;
    private final CallErrors errors;
    private final Tenure tenure;
    private final boolean runsTasks;

    private CallIntake(CallQueue queue, int maxCalls, CallErrors errors, Tenure tenure, boolean runsTasks) {
        this.queue = queue;
        this.maxCalls = maxCalls;
        this.errors = errors;
        this.tenure = tenure;
        this.runsTasks = runsTasks;
    }

    /** @param bytes of the calls that wait */
    static CallIntake of(ActorEnvironment environment, QueuedBytes bytes) {
        DesiredWorker desired = environment.desired();
        PlainActorSpec spec = desired.getSpec().getActor();
        int maxCalls = spec.getMaxPendingCalls() > 0 ? spec.getMaxPendingCalls() : DEFAULT_MAX_CALLS;
        CallQueue queue = new CallQueue(maxCalls, bytes, Math.max(1, spec.getMaxConcurrency()));
        CallErrors errors = new CallErrors(
                desired.getLabel(),
                environment.life(),
                environment.launch().host(),
                environment.launch().outputLog().toString());
        Tenure tenure = spec.getExclusive()
                ? new Lease(desired.getLabel(), environment::renewLease, environment.clock(), environment.timers())
                : Tenure.UNLIMITED;
        return new CallIntake(queue, maxCalls, errors, tenure, spec.getRunsTasks());
    }

    CallQueue queue() {
        return queue;
    }

    CallErrors errors() {
        return errors;
    }

    Tenure tenure() {
        return tenure;
    }

    /** In the order of its caller's connection. */
    CompletableFuture<ActorCallResponse> call(RpcConnection caller, ActorCallRequest request) {
        errors.requireLife(request.getLife());
        if (!tenure.holds()) {
            // Not only when its turn comes: the call before it may be what is stuck.
            throw errors.paused();
        }
        PendingCall call = new PendingCall(caller, request);
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

    /** Whatever was not begun. */
    void withdrawAll() {
        queue.withdrawAll().forEach(call -> call.fail(errors.notBegun()));
    }
}
