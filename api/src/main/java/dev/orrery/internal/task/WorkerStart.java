package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorViews;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.Dials;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A worker for tasks on its way up: asked for, placed when there is room, launched, dialled. Looked at again and again, so that
 * nothing of it blocks. Thread-safe.
 */
final class WorkerStart {
    /** Nodes that are large enough may be about to join. */
    private static final long MISFIT_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(5);

    /** The longer it takes, the longer it may take. */
    private static final long LOOKS_PER_AGE = 10;

    private static final long MOST_BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** It may have died since the leader heard of it. */
    private static final long DIAL_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A worker that is up. */
    record Started(ActorView view, RpcConnection connection) {}

    private final ClusterClient client;
    private final CompletableFuture<String> asked;
    private final CompletableFuture<Started> result = new CompletableFuture<>();
    private final long beganNanos;
    private long nextLookNanos;
    private boolean looking;
    private boolean unreached;
    private long unreachedSinceNanos;
    private boolean givenUp;
    private long misfitSinceNanos;
    private boolean misfit;
    private volatile Optional<String> waitsFor = Optional.empty();

    /** @param asked the id of the actor that the worker is, once the leader has taken it down */
    WorkerStart(ClusterClient client, CompletableFuture<String> asked, long nowNanos) {
        this.client = client;
        this.beganNanos = nowNanos;
        this.nextLookNanos = nowNanos;
        this.asked = asked;
        asked.whenComplete((actor, failure) -> {
            if (failure != null) {
                result.completeExceptionally(ErrorCodec.unwrap(failure));
            }
        });
    }

    /** Fails with START_FAILED, DOES_NOT_FIT, or what the leader refused it for. */
    CompletableFuture<Started> result() {
        return result;
    }

    /** Why it was not placed yet: need, and free per node. */
    Optional<String> waitsFor() {
        return waitsFor;
    }

    /** Asks the leader how it does, unless that is being asked, or was a moment ago. */
    void look(long nowNanos) {
        synchronized (this) {
            boolean known = asked.isDone() && !asked.isCompletedExceptionally();
            if (looking || !known || result.isDone() || nextLookNanos - nowNanos > 0) {
                return;
            }
            looking = true;
            long age = nowNanos - beganNanos;
            nextLookNanos = nowNanos + Math.min(MOST_BETWEEN_LOOKS_NANOS, age / LOOKS_PER_AGE);
        }
        DescribeActorRequest request =
                DescribeActorRequest.newBuilder().setActor(asked.join()).build();
        client.leader()
                .call(Protocol.DESCRIBE_ACTOR, request, LOOK_TIMEOUT)
                .whenComplete((view, failure) -> seen(view, failure, nowNanos));
    }

    private synchronized void seen(ActorView view, Throwable failure, long nowNanos) {
        looking = false;
        if (failure != null) {
            unseen(ErrorCodec.unwrap(failure));
            return;
        }
        if (!unreached) {
            waitsFor = Optional.of(view.getReason()).filter(reason -> !reason.isEmpty());
        }
        if (ActorViews.isEnding(view)) {
            result.completeExceptionally(notStarted(view));
        } else if (view.getRpcAddress().getPort() > 0) {
            dial(view, nowNanos);
        } else {
            watchFit(view, nowNanos);
        }
    }

    /** A leader that cannot be asked now is asked again. */
    private void unseen(Throwable failure) {
        if (!(failure instanceof OrreryException known)) {
            result.completeExceptionally(failure);
        } else if (!known.code().retryable()) {
            result.completeExceptionally(OrreryException.of(
                    ErrorCode.START_FAILED,
                    "nothing is known of a worker for tasks: " + known.detail(),
                    known.ids(),
                    known.failure()));
            giveUp();
        }
    }

    private void watchFit(ActorView view, long nowNanos) {
        if (!view.getNeverFits()) {
            misfit = false;
        } else if (!misfit) {
            misfit = true;
            misfitSinceNanos = nowNanos;
        } else if (nowNanos - misfitSinceNanos > MISFIT_PATIENCE_NANOS) {
            result.completeExceptionally(OrreryException.of(ErrorCode.DOES_NOT_FIT, view.getReason()));
            giveUp();
        }
    }

    private static OrreryException notStarted(ActorView view) {
        return OrreryException.of(
                ErrorCode.START_FAILED,
                "no worker for tasks could be started"
                        + (view.getLastNode().isEmpty() ? "" : " on node " + view.getLastNode()),
                Map.of(),
                ActorViews.failure(view));
    }

    private void dial(ActorView view, long nowNanos) {
        looking = true;
        String actor = view.getLife().getActor();
        Dials.worker(client.rpc(), HostPort.of(view.getRpcAddress()), actor, "the worker of tasks " + actor)
                .whenComplete((connection, failure) -> {
                    if (failure == null) {
                        dialled(view, connection);
                    } else {
                        notDialled(view, ErrorCodec.unwrap(failure), nowNanos);
                    }
                });
    }

    private void dialled(ActorView view, RpcConnection connection) {
        boolean unwanted;
        synchronized (this) {
            looking = false;
            unwanted = givenUp;
        }
        if (unwanted || !result.complete(new Started(view, connection))) {
            connection.close();
        }
    }

    /** The next look tells whether it has died. */
    private void notDialled(ActorView view, Throwable failure, long nowNanos) {
        String why = "worker %s on node %s cannot be reached: %s"
                .formatted(view.getLife().getActor(), view.getNode(), failure.getMessage());
        boolean over;
        synchronized (this) {
            looking = false;
            waitsFor = Optional.of(why);
            if (!unreached) {
                unreached = true;
                unreachedSinceNanos = nowNanos;
            }
            over = nowNanos - unreachedSinceNanos > DIAL_PATIENCE_NANOS;
        }
        if (over) {
            result.completeExceptionally(OrreryException.of(ErrorCode.UNAVAILABLE, why));
            giveUp();
        }
    }

    /** It is wanted no more. Idempotent. */
    void giveUp() {
        synchronized (this) {
            if (givenUp) {
                return;
            }
            givenUp = true;
        }
        asked.thenAccept(actor -> end(client, actor));
    }

    /** The leader ends it, or it ends with the job when no leader can be reached. */
    static void end(ClusterClient client, String actor) {
        var unused = client.leader()
                .call(
                        Protocol.KILL_ACTOR,
                        KillActorRequest.newBuilder().setActor(actor).build(),
                        client.callTimeout());
    }
}
