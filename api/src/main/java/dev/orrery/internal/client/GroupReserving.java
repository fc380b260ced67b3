package dev.orrery.internal.client;

import dev.orrery.BundleOptions;
import dev.orrery.PlacementGroupState;
import dev.orrery.PlacementGroupStatus;
import dev.orrery.PlacementStrategy;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Has the leader reserve placement groups, resize and remove them, and waits for what it has to say. Thread-safe. */
public final class GroupReserving {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final String ID = "placement-group";

    /** What a group is to be. */
    public record Options(
            Optional<String> name, PlacementStrategy strategy, List<BundleOptions> bundles, boolean detached) {
        public Options {
            bundles = List.copyOf(bundles);
        }
    }

    private final ClusterClient client;
    private final Duration callTimeout;

    public GroupReserving(ClusterClient client, Duration callTimeout) {
        this.client = client;
        this.callTimeout = callTimeout;
    }

    /** Returns its id. */
    public String create(Options options) {
        if (!options.detached()) {
            client.job().begin();
        }
        CreatePlacementGroupRequest request = CreatePlacementGroupRequest.newBuilder()
                .setOperation(UUID.randomUUID().toString())
                .setSpec(PlacementGroupSpec.newBuilder()
                        .setName(options.name().orElse(""))
                        .setStrategy(PlacementMessages.strategy(options.strategy()))
                        .setJob(client.job().id())
                        .setDetached(options.detached()))
                .addAllBundles(options.bundles().stream()
                        .map(PlacementMessages::bundle)
                        .toList())
                .setJob(client.job().describe())
                .build();
        return client.call(Protocol.CREATE_PLACEMENT_GROUP, request, callTimeout)
                .getGroup();
    }

    /** The one of that name that is there. Throws NOT_FOUND. */
    public PlacementGroupStatus find(String name) {
        PlacementGroupStatus status = PlacementGroupViews.status(client.call(
                Protocol.DESCRIBE_PLACEMENT_GROUP,
                DescribePlacementGroupRequest.newBuilder().setName(name).build(),
                callTimeout));
        requireThere(status);
        return status;
    }

    public PlacementGroupStatus status(String group) {
        return status(group, callTimeout);
    }

    private PlacementGroupStatus status(String group, Duration timeout) {
        return PlacementGroupViews.status(client.call(Protocol.DESCRIBE_PLACEMENT_GROUP, describe(group), timeout));
    }

    private static DescribePlacementGroupRequest describe(String group) {
        return DescribePlacementGroupRequest.newBuilder().setGroup(group).build();
    }

    public void awaitReady(String group, Duration timeout) {
        Waiting waiting = new Waiting(NanoClock.SYSTEM, timeout, callTimeout);
        PlacementGroupStatus status;
        do {
            status = status(group, waiting.callTimeout());
            requireThere(status);
            if (status.state() == PlacementGroupState.READY) {
                return;
            }
            waiting.pause(PlacementGroupViews.describe(status));
        } while (!waiting.isOver());
        throw waiting.expired("%s to be READY; it is %s%s"
                .formatted(
                        PlacementGroupViews.describe(status),
                        status.state(),
                        status.reason().map(reason -> ": " + reason).orElse("")));
    }

    private static void requireThere(PlacementGroupStatus status) {
        if (status.state() == PlacementGroupState.REMOVED) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    PlacementGroupViews.describe(status) + " was removed",
                    Map.of(ID, status.id()),
                    status.failure());
        }
    }

    /** Completes with {@code handle} when the group is READY; on a thread that may block. */
    public <G> CompletableFuture<G> ready(String group, G handle) {
        CompletableFuture<G> ready = new CompletableFuture<>();
        look(group, handle, ready, FIRST_PAUSE_NANOS);
        return ready;
    }

    private <G> void look(String group, G handle, CompletableFuture<G> ready, long pauseNanos) {
        if (ready.isDone()) {
            return;
        }
        client.leader()
                .call(Protocol.DESCRIBE_PLACEMENT_GROUP, describe(group), callTimeout)
                .whenComplete((view, failure) -> {
                    try {
                        if (failure == null ? isReady(view) : isOver(ErrorCodec.unwrap(failure))) {
                            end(() -> ready.complete(handle));
                        } else {
                            long next = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
                            client.leader().schedule(() -> look(group, handle, ready, next), pauseNanos);
                        }
                    } catch (OrreryException e) {
                        end(() -> ready.completeExceptionally(e));
                    }
                });
    }

    private static boolean isReady(PlacementGroupView view) {
        PlacementGroupStatus status = PlacementGroupViews.status(view);
        requireThere(status);
        return status.state() == PlacementGroupState.READY;
    }

    /** A leader that cannot be asked now is asked again; what else it says is thrown. */
    private static boolean isOver(Throwable failure) {
        if (failure instanceof OrreryException known && known.code().retryable()) {
            return false;
        }
        throw failure instanceof OrreryException known
                ? known
                : OrreryException.of(ErrorCode.INTERNAL, "cannot wait for a placement group", failure);
    }

    /** What depends on it is the user's, and may block. */
    private void end(Runnable completion) {
        try {
            client.callbacks().execute(completion);
        } catch (RejectedExecutionException e) {
            // The client was closed.
            completion.run();
        }
    }

    /** Returns the numbers of what was added. */
    public List<Integer> resize(String group, List<BundleOptions> add, List<Integer> remove) {
        ResizePlacementGroupRequest request = ResizePlacementGroupRequest.newBuilder()
                .setOperation(UUID.randomUUID().toString())
                .setGroup(group)
                .addAllAdd(add.stream().map(PlacementMessages::bundle).toList())
                .addAllRemove(remove)
                .build();
        return List.copyOf(client.call(Protocol.RESIZE_PLACEMENT_GROUP, request, callTimeout)
                .getAddedList());
    }

    /** Returns when all that was placed in it has ended. */
    public void remove(String group, Duration timeout) {
        Waiting waiting = new Waiting(NanoClock.SYSTEM, timeout, callTimeout);
        client.call(
                Protocol.REMOVE_PLACEMENT_GROUP,
                RemovePlacementGroupRequest.newBuilder().setGroup(group).build(),
                waiting.callTimeout());
        PlacementGroupView view;
        do {
            try {
                view = client.call(Protocol.DESCRIBE_PLACEMENT_GROUP, describe(group), waiting.callTimeout());
            } catch (NotFoundException e) {
                return;
            }
            if (view.getActors() == 0) {
                return;
            }
            waiting.pause("placement group " + group);
        } while (!waiting.isOver());
        throw waiting.expired("what was placed in placement group %s to end; actors and workers that are left: %d"
                .formatted(group, view.getActors()));
    }
}
