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

/** What the leader knows of one life of an actor: where it takes calls, and how it died. Thread-safe. */
final class ActorWhereabouts {
    private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** How long the leader may take to hear of a death: of a worker from its node at once, later when a node is busy. */
    private static final Duration VERDICT_PATIENCE = Duration.ofSeconds(3);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ActorLife life;
    private final RpcClient rpc;
    private final LeaderClient leader;

    ActorWhereabouts(ActorLife life, RpcClient rpc, LeaderClient leader) {
        this.life = life;
        this.rpc = rpc;
        this.leader = leader;
    }

    /** Fails with ACTOR_DEAD, UNAVAILABLE (not ALIVE yet) or what connections fail with. */
    CompletableFuture<RpcConnection> dial() {
        return view().thenApply(this::addressOf).thenCompose(this::connect);
    }

    private CompletableFuture<ActorView> view() {
        DescribeActorRequest request =
                DescribeActorRequest.newBuilder().setActor(life.getActor()).build();
        return leader.call(Protocol.DESCRIBE_ACTOR, request, RESOLVE_TIMEOUT);
    }

    private HostPort addressOf(ActorView view) {
        if (ActorViews.isEnding(view)) {
            throw ActorViews.dead(view);
        }
        if (view.getRpcAddress().getPort() == 0) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE, "actor '" + view.getLabel() + "' is " + view.getState() + ", not ALIVE yet");
        }
        return HostPort.of(view.getRpcAddress());
    }

    private CompletableFuture<RpcConnection> connect(HostPort address) {
        return rpc.connect(address, CONNECT_TIMEOUT).thenApply(connection -> {
            // A dead worker's port can be another one's by now.
            if (!connection.peer().name().equals(life.getActor())) {
                connection.close();
                throw OrreryException.of(
                        ErrorCode.UNAVAILABLE,
                        "at " + address + " is " + connection.peer() + ", not actor " + life.getActor());
            }
            return connection;
        });
    }

    /** Waits a little for the leader to hear of it; empty when it has not by then. Never fails. */
    CompletableFuture<Optional<OrreryException>> death() {
        CompletableFuture<Optional<OrreryException>> found = new CompletableFuture<>();
        ask(found, System.nanoTime() + VERDICT_PATIENCE.toNanos());
        return found;
    }

    private void ask(CompletableFuture<Optional<OrreryException>> found, long endNanos) {
        view().whenComplete((view, failure) -> {
            if (failure == null && ActorViews.isEnding(view)) {
                found.complete(Optional.of(ActorViews.dead(view)));
            } else if (failure != null && isForgotten(ErrorCodec.unwrap(failure))) {
                found.complete(Optional.of(OrreryException.of(
                        ErrorCode.ACTOR_DEAD,
                        "actor " + life.getActor() + " is dead for so long that its cause is forgotten",
                        Map.of("actor", life.getActor()))));
            } else if (endNanos - System.nanoTime() > 0) {
                askAgain(found, endNanos);
            } else {
                found.complete(Optional.empty());
            }
        });
    }

    private static boolean isForgotten(Throwable failure) {
        return failure instanceof OrreryException known && known.code() == ErrorCode.NOT_FOUND;
    }

    private void askAgain(CompletableFuture<Optional<OrreryException>> found, long endNanos) {
        try {
            leader.schedule(() -> ask(found, endNanos), PAUSE_NANOS);
        } catch (OrreryException e) {
            // The client was closed.
            found.complete(Optional.empty());
        }
    }
}
