package dev.orrery.worker;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Joins the worlds that are desired, leaves those that are not, and knows each one's state. Used on the control thread
 * only; what the world manager says is handed over to it.
 */
final class WorldsReconciler {
    /** Told on the control thread. */
    interface Listener {
        void onReady(World world);

        void onEnded(long world, WorldState state, Optional<Failure> cause);

        void onChanged();
    }

    /** The difference between the worlds that are joined and those that are desired. */
    record Plan(List<WorldSpec> join, List<Long> leave) {
        static Plan of(Set<Long> joined, List<WorldSpec> desired) {
            Set<Long> wanted = desired.stream().map(WorldSpec::getId).collect(Collectors.toSet());
            return new Plan(
                    desired.stream()
                            .filter(spec -> !joined.contains(spec.getId()))
                            .toList(),
                    joined.stream().filter(id -> !wanted.contains(id)).toList());
        }
    }

    private static final class Membership {
        private WorldState state = WorldState.FORMING;
        private Optional<Failure> cause = Optional.empty();
        private List<String> transports = List.of();
        private boolean leaving;

        boolean over() {
            return state == WorldState.BROKEN || state == WorldState.CLOSED;
        }
    }

    private final WorldManager worlds;
    private final ActorLife self;
    private final Executor control;
    private final Listener listener;
    private final Map<Long, Membership> memberships = new TreeMap<>(Long::compareUnsigned);

    WorldsReconciler(WorldManager worlds, ActorLife self, Executor control, Listener listener) {
        this.worlds = worlds;
        this.self = self;
        this.control = control;
        this.listener = listener;
    }

    void desire(List<WorldSpec> desired) {
        Plan plan = Plan.of(Set.copyOf(memberships.keySet()), desired);
        plan.leave().forEach(this::leave);
        plan.join().forEach(this::join);
    }

    private void join(WorldSpec spec) {
        long id = spec.getId();
        memberships.put(id, new Membership());
        listener.onChanged();
        worlds.join(spec, self)
                .whenComplete((world, failure) -> control.execute(() -> {
                    if (failure == null) {
                        ready(world);
                    } else {
                        end(id, WorldState.BROKEN, Optional.of(cause(failure)));
                    }
                }));
    }

    private static Failure cause(Throwable failure) {
        Throwable inner = ErrorCodec.unwrap(failure);
        return inner instanceof OrreryException known
                ? known.failure().orElseGet(() -> Failure.of(known))
                : Failure.of(inner);
    }

    void ready(World world) {
        Membership membership = memberships.get(world.id());
        if (membership == null || membership.leaving || membership.over()) {
            return;
        }
        membership.state = WorldState.READY;
        membership.transports = transports(world);
        listener.onReady(world);
        listener.onChanged();
    }

    private static List<String> transports(World world) {
        if (world.spec().getBackend() == Backend.NCCL) {
            return List.of(Backend.NCCL.name());
        }
        return IntStream.range(0, world.size())
                .filter(peer -> peer != world.rank())
                .mapToObj(peer -> world.transport(peer).name())
                .distinct()
                .sorted()
                .toList();
    }

    private void end(long id, WorldState state, Optional<Failure> cause) {
        Membership membership = memberships.get(id);
        if (membership == null || membership.over()) {
            return;
        }
        membership.state = state;
        membership.cause = cause;
        listener.onEnded(id, state, cause);
        listener.onChanged();
    }

    private CompletableFuture<Void> leave(long id) {
        Membership membership = memberships.get(id);
        if (membership.leaving) {
            return CompletableFuture.completedFuture(null);
        }
        membership.leaving = true;
        end(id, WorldState.CLOSED, Optional.empty());
        return worlds.leave(id)
                .whenComplete((left, failure) -> control.execute(() -> {
                    memberships.remove(id);
                    listener.onChanged();
                }));
    }

    /** What the world manager's listener says, on the control thread. That a world is READY the join itself tells. */
    void onState(long world, WorldState state, Optional<Failure> cause) {
        if (state == WorldState.BROKEN || state == WorldState.CLOSED) {
            end(world, state, cause);
        }
    }

    /** Flushes and leaves all; the world manager bounds it. */
    CompletableFuture<Void> leaveAll() {
        List<CompletableFuture<Void>> leaving = new ArrayList<>();
        List.copyOf(memberships.keySet()).forEach(id -> leaving.add(leave(id)));
        return CompletableFuture.allOf(leaving.toArray(CompletableFuture<?>[]::new));
    }

    int ready() {
        return (int) memberships.values().stream()
                .filter(membership -> membership.state == WorldState.READY)
                .count();
    }

    List<WorldReport> reports() {
        List<WorldReport> reports = new ArrayList<>();
        memberships.forEach((id, membership) -> {
            WorldReport.Builder report = WorldReport.newBuilder()
                    .setWorld(id)
                    .setState(membership.state)
                    .addAllTransports(membership.transports);
            membership.cause.ifPresent(cause -> report.setCause(ErrorCodec.toMessage(cause)));
            reports.add(report.build());
        });
        return reports;
    }
}
