package dev.orrery.testing;

import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.SaveCheckpointResponse;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A leader that is asked to save, and answers when a test says so. */
public final class TestingKeeper implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 30;

    /** To be answered. */
    public record Asked(SaveCheckpointRequest request, CompletableFuture<SaveCheckpointResponse> answer) {
        public void save() {
            answer.complete(SaveCheckpointResponse.getDefaultInstance());
        }
    }

    private final RpcServer server;
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<KillActorRequest> exits = new LinkedBlockingQueue<>();
    private volatile Function<LoadCheckpointRequest, LoadCheckpointResponse> kept =
            request -> LoadCheckpointResponse.getDefaultInstance();

    public TestingKeeper(RpcTransport transport) {
        server = new RpcServer(
                transport,
                TestingNode.identity(PeerRole.HEAD, "head-1"),
                RpcLimits.defaults(),
                new HostPort("127.0.0.1", 0),
                RpcHandlers.builder()
                        .on(Protocol.SAVE_CHECKPOINT, (connection, request) -> {
                            Asked next = new Asked(request, new CompletableFuture<>());
                            asked.add(next);
                            return next.answer();
                        })
                        .on(
                                Protocol.LOAD_CHECKPOINT,
                                (connection, request) -> CompletableFuture.completedFuture(kept.apply(request)))
                        .on(Protocol.KILL_ACTOR, (connection, request) -> {
                            exits.add(request);
                            return CompletableFuture.completedFuture(KillActorResponse.getDefaultInstance());
                        })
                        .build());
    }

    public HostPort start() {
        return server.start();
    }

    /** What whoever asks for an earlier state is told; may throw. */
    public void keeps(Function<LoadCheckpointRequest, LoadCheckpointResponse> state) {
        kept = state;
    }

    public Asked awaitAsked() throws InterruptedException {
        return taken(asked, "nothing was to be saved");
    }

    public KillActorRequest awaitExit() throws InterruptedException {
        return taken(exits, "no actor ended itself");
    }

    public boolean isAsked() {
        return !asked.isEmpty();
    }

    private static <T> T taken(BlockingQueue<T> from, String otherwise) throws InterruptedException {
        T next = from.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError(otherwise + " within " + DEADLINE_SECONDS + " s");
        }
        return next;
    }

    @Override
    public void close() {
        server.close();
    }
}
