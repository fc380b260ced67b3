package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the leader knows of an actor: where it takes calls, and what became of its lives. Thread-safe. */
final class ActorWhereabouts {
    private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);

    /** How long the leader may take to hear of a death: of a worker from its node at once, later when a node is busy. */
    private static final Duration VERDICT_PATIENCE = Duration.ofSeconds(3);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * A connection to one life of the actor.
     *
     * @param shared where others use it, too
     */
    record Dialled(ActorLife life, RpcConnection rpc, Optional<SharedConnections.Use> shared) {
        boolean isOpen() {
            return rpc.isOpen();
        }

        void onClosed(Runnable action) {
            shared.ifPresentOrElse(
                    use -> use.onClosed(action), () -> rpc.closed().thenAccept(why -> action.run()));
        }

        /**
         * The life is over. A worker of its own ends the connection itself, once it has answered what it was finishing; one that
         * is shared lives on.
         */
        void lifeIsOver() {
            shared.ifPresent(SharedConnections.Use::end);
        }

        void close() {
            shared.ifPresentOrElse(SharedConnections.Use::end, rpc::close);
        }
    }

    private final String actor;
    private final RpcClient rpc;
    private final SharedConnections sharedWorkers;
    private final LeaderClient leader;

    ActorWhereabouts(String actor, RpcClient rpc, SharedConnections sharedWorkers, LeaderClient leader) {
        this.actor = actor;
        this.rpc = rpc;
        this.sharedWorkers = sharedWorkers;
        this.leader = leader;
    }

    /** Fails with ACTOR_DEAD, UNAVAILABLE (not ALIVE now) or what connections fail with. */
    CompletableFuture<Dialled> dial() {
        return view().thenCompose(this::connect);
    }

    private CompletableFuture<ActorView> view() {
        DescribeActorRequest request =
                DescribeActorRequest.newBuilder().setActor(actor).build();
        return leader.call(Protocol.DESCRIBE_ACTOR, request, RESOLVE_TIMEOUT)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(told(ErrorCodec.unwrap(failure))));
    }

    /** The leader forgets actors some time after their ends. */
    private Throwable told(Throwable failure) {
        boolean forgotten = failure instanceof OrreryException known && known.code() == ErrorCode.NOT_FOUND;
        return forgotten
                ? OrreryException.of(
                        ErrorCode.ACTOR_DEAD,
                        "actor " + actor + " is dead for so long that its cause is forgotten",
                        Map.of("actor", actor))
                : failure;
    }

    private CompletableFuture<Dialled> connect(ActorView view) {
        HostPort address = addressOf(view);
        if (view.getSharedWorker().isEmpty()) {
            return Dials.worker(rpc, address, actor, "actor " + actor)
                    .thenApply(connection -> new Dialled(view.getLife(), connection, Optional.empty()));
        }
        SharedConnections.Use use = sharedWorkers.use(view.getSharedWorker(), address);
        return use.connection().thenApply(connection -> new Dialled(view.getLife(), connection, Optional.of(use)));
    }

    private static HostPort addressOf(ActorView view) {
        if (ActorViews.isEnding(view)) {
            throw ActorViews.dead(view);
        }
        if (view.getRpcAddress().getPort() == 0) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, ActorViews.notAlive(view));
        }
        return HostPort.of(view.getRpcAddress());
    }

    /** Waits a little for the leader to hear of its end. Never fails. */
    CompletableFuture<LifeFate> fate(ActorLife life) {
        return fate(life, VERDICT_PATIENCE);
    }

    /** Waits so long for the leader to hear of its end. Never fails. */
    CompletableFuture<LifeFate> fate(ActorLife life, Duration patience) {
        CompletableFuture<LifeFate> found = new CompletableFuture<>();
        ask(life, found, System.nanoTime() + patience.toNanos());
        return found;
    }

    private void ask(ActorLife life, CompletableFuture<LifeFate> found, long endNanos) {
        view().whenComplete((view, failure) -> {
            LifeFate fate = failure == null ? LifeFate.of(view, life) : unseen(ErrorCodec.unwrap(failure));
            if (fate instanceof LifeFate.Unknown && endNanos - System.nanoTime() > 0) {
                askAgain(life, found, endNanos);
            } else {
                found.complete(fate);
            }
        });
    }

    private static LifeFate unseen(Throwable failure) {
        return failure instanceof OrreryException known && known.code() == ErrorCode.ACTOR_DEAD
                ? new LifeFate.Dead(known)
                : new LifeFate.Unknown();
    }

    private void askAgain(ActorLife life, CompletableFuture<LifeFate> found, long endNanos) {
        try {
            leader.schedule(() -> ask(life, found, endNanos), PAUSE_NANOS);
        } catch (OrreryException e) {
            // The client was closed.
            found.complete(new LifeFate.Unknown());
        }
    }
}
