package dev.orrery.testing;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Attempt;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.GatewayEndpoint;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaAttached;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The gateway's end of control links. */
public final class TestingGateway implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 30;

    private final ActorLife life;
    private final RpcServer server;
    private final BlockingQueue<ReplicaAttach> attached = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReplicaNotice> notices = new LinkedBlockingQueue<>();
    private volatile RpcConnection link;
    private volatile ActorLife answersAs;

    public TestingGateway(RpcTransport transport, ActorLife life) {
        this.life = life;
        this.answersAs = life;
        this.server = new RpcServer(
                transport,
                TestingNode.identity(PeerRole.WORKER, life.getActor()),
                RpcLimits.defaults(),
                new HostPort("127.0.0.1", 0),
                RpcHandlers.builder()
                        .on(Protocol.ATTACH_REPLICA, this::attach)
                        .onNotice(Protocol.REPLICA_NOTICE, (connection, notice) -> notices.add(notice))
                        .build());
    }

    public void start() {
        server.start();
    }

    private CompletableFuture<ReplicaAttached> attach(RpcConnection connection, ReplicaAttach hello) {
        link = connection;
        attached.add(hello);
        return CompletableFuture.completedFuture(
                ReplicaAttached.newBuilder().setGateway(answersAs).build());
    }

    /** From now on it says that it is another. */
    public void answerAs(ActorLife other) {
        answersAs = other;
    }

    public GatewayEndpoint endpoint() {
        return GatewayEndpoint.newBuilder()
                .setLife(life)
                .setRpcAddress(server.address().toMessage())
                .build();
    }

    public boolean hasAttached() {
        return !attached.isEmpty();
    }

    public ReplicaAttach awaitAttach() throws InterruptedException {
        return await(attached, "a replica to attach");
    }

    public ReplicaNotice awaitNotice() throws InterruptedException {
        return await(notices, "a notice");
    }

    /** What nobody has awaited yet. */
    public List<ReplicaNotice> notices() {
        return List.copyOf(notices);
    }

    public void awaitLinkLost() throws Exception {
        link.closed().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T await(BlockingQueue<T> queue, String what) throws InterruptedException {
        T next = queue.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("waited " + DEADLINE_SECONDS + " s for " + what);
        }
        return next;
    }

    public void cancel(long request) {
        link.notify(
                Protocol.CANCEL_ATTEMPT,
                CancelAttempt.newBuilder()
                        .setAttempt(Attempt.newBuilder().setRequest(request).setAttempt(1))
                        .build());
    }

    public void dropLink() {
        link.close();
    }

    @Override
    public void close() {
        server.close();
    }
}
