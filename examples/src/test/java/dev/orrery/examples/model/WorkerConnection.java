package dev.orrery.examples.model;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcNotice;
import dev.orrery.internal.rpc.RpcPeer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A worker's connection as its agent holds it. What is said over it arrives at once: both are on one host. */
final class WorkerConnection implements RpcConnection, Surrounding {
    private final NodeSurroundings surroundings;
    private final String folder;
    private final int number;

    WorkerConnection(NodeSurroundings surroundings, String folder, int number) {
        this.surroundings = surroundings;
        this.folder = folder;
        this.number = number;
    }

    @Override
    public String surroundingName() {
        return folder + "/" + number;
    }

    @Override
    public RpcPeer peer() {
        return new RpcPeer(PeerRole.WORKER, folder, new HostPort("localhost", 1));
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        throw new IllegalStateException("an agent calls no worker");
    }

    @Override
    public <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
        if (!surroundings.mayNotify()) {
            return;
        }
        surroundings.worker(folder, number).ifPresent(worker -> {
            if (message instanceof Assignment assignment) {
                NodeSteps.assign(worker, assignment.getStamp(), assignment.getDesired());
            } else if (message instanceof StopWorker) {
                worker.stopping = true;
            }
        });
    }

    @Override
    public boolean isOpen() {
        return surroundings.worker(folder, number).isPresent();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public CompletableFuture<String> closed() {
        return new CompletableFuture<>();
    }

    @Override
    public void close() {
        surroundings.worker(folder, number).ifPresent(worker -> worker.connection = 0);
    }
}
