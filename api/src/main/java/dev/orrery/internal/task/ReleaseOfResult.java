package dev.orrery.internal.task;

import dev.orrery.internal.proto.ReleaseResults;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;

/**
 * Tells the worker that keeps a result that it is needed no more.
 *
 * @param name of its file
 */
record ReleaseOfResult(RpcConnection worker, String name) implements Runnable {
    @Override
    public void run() {
        worker.notify(
                Protocol.RELEASE_RESULTS,
                ReleaseResults.newBuilder().addNames(name).build());
    }
}
