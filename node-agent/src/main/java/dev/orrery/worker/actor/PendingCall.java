package dev.orrery.worker.actor;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.concurrent.CompletableFuture;

/** A call that arrived and is not answered yet. Thread-safe; the first answer counts. */
final class PendingCall {
    private final RpcConnection caller;
    private final ActorCallRequest request;
    private final CompletableFuture<ActorCallResponse> response = new CompletableFuture<>();
    private volatile boolean taken;

    PendingCall(RpcConnection caller, ActorCallRequest request) {
        this.caller = caller;
        this.request = request;
    }

    /** Whose answer it is. */
    RpcConnection caller() {
        return caller;
    }

    ActorCallRequest request() {
        return request;
    }

    int bytes() {
        return request.getSerializedSize();
    }

    /** Out of the queue, to be run. */
    void take() {
        taken = true;
    }

    boolean isTaken() {
        return taken;
    }

    /** Cancelled when nobody waits for the answer any more. */
    CompletableFuture<ActorCallResponse> response() {
        return response;
    }

    boolean isOver() {
        return response.isDone();
    }

    /** Returns false when nobody waits for it. */
    boolean succeed(ActorCallResponse answer) {
        return response.complete(answer);
    }

    void fail(OrreryException why) {
        response.completeExceptionally(why);
    }
}
