package dev.orrery.examples.model.worlds;

import dev.orrery.error.Failure;
import dev.orrery.examples.model.GraphCopy;
import dev.orrery.examples.model.HeadSteps;
import dev.orrery.gateway.core.Attachment;
import dev.orrery.gateway.core.ClientKey;
import dev.orrery.gateway.core.Effect;
import dev.orrery.gateway.core.GatewayCore;
import dev.orrery.gateway.core.GatewayOptions;
import dev.orrery.gateway.core.Life;
import dev.orrery.gateway.core.Payload;
import dev.orrery.gateway.core.RoutingSnapshot;
import dev.orrery.gateway.core.Submission;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.RouteEdge;
import dev.orrery.internal.proto.RoutingTable;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.worker.WorkerAccess;
import dev.orrery.worker.WorldsAccess;
import dev.orrery.worker.stage.StageAccess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs what a worker does, one step at a time, once for each thing that chance can decide in it. */
final class WorkerSteps {
    private static final long LONG_MILLIS = Duration.ofDays(1).toMillis();
    private static final long UNHEARD_OF = 1L << 40;
    private static final long COUNTED = (1L << 40) - 1;

    /** What a step comes to. */
    record Result(ModelledWorker after, WorkerOutput output) {}

    /** Stands for the tensors of a request or an answer. */
    record Content(long request) implements Payload {
        @Override
        public long byteSize() {
            return 1;
        }
    }

    private final RoutingGuards guards;
    private final WorkerSurroundings surroundings = new WorkerSurroundings();

    WorkerSteps(RoutingGuards guards) {
        this.guards = guards;
    }

    ModelledWorker start(ActorLife life, DesiredWorker desired) {
        ActorSpec spec = desired.getSpec();
        WorldsAccess worlds = new WorldsAccess(surroundings, life, surroundings);
        return spec.hasGateway()
                ? new ModelledWorker(
                        life,
                        worlds,
                        Optional.of(new GatewayCore(
                                GatewayOptions.of(
                                        Life.of(life),
                                        spec.getPipeline(),
                                        spec.getGateway().getStagesList(),
                                        spec.getPolicy()),
                                surroundings)),
                        Optional.empty())
                : new ModelledWorker(life, worlds, Optional.empty(), Optional.of(new StageAccess(surroundings)));
    }

    List<Result> outcomes(ModelledWorker before, WorkerInput input) {
        List<Result> results = new ArrayList<>();
        Deque<List<Integer>> scripts = new ArrayDeque<>(List.of(List.of()));
        while (!scripts.isEmpty()) {
            List<Integer> script = scripts.remove();
            ModelledWorker worker = GraphCopy.of(before);
            surroundings.begin(worker, script);
            perform(worker, input);
            results.add(new Result(worker, surroundings.output()));
            List<Integer> asked = surroundings.asked();
            for (int at = script.size(); at < asked.size(); at++) {
                for (int other = 1; other < asked.get(at); other++) {
                    List<Integer> longer = new ArrayList<>(script);
                    longer.addAll(Collections.nCopies(at - script.size(), 0));
                    longer.add(other);
                    scripts.add(longer);
                }
            }
        }
        return results;
    }

    private void perform(ModelledWorker worker, WorkerInput input) {
        if (input instanceof WorkerInput.Assigned assigned) {
            assign(worker, assigned);
        } else if (input instanceof WorkerInput.WorldReady ready) {
            worker.worlds.ready(surroundings.world(ready.spec(), ready.rank()));
        } else if (input instanceof WorkerInput.WorldOver over) {
            worker.worlds.over(over.world(), over.state(), over.caused() ? Optional.of(cause()) : Optional.empty());
        } else if (worker.stage.isPresent()) {
            performStage(worker, worker.stage.get(), input);
        } else {
            apply(worker, performGateway(worker, worker.gateway.orElseThrow(), input), surroundings);
        }
    }

    private static Failure cause() {
        return Failure.of("link", "the other member is gone");
    }

    private void assign(ModelledWorker worker, WorkerInput.Assigned assigned) {
        DesiredWorker desired = assigned.desired();
        if (!WorkerAccess.follows(worker.life, worker.stamp, assigned.stamp(), desired.getLife())) {
            return;
        }
        worker.stamp = assigned.stamp();
        worker.desired = desired;
        worker.stage.ifPresent(stage -> stage.desired(
                desired.getWorldsList().stream().map(WorldSpec::getId).collect(Collectors.toSet())));
        if (worker.gateway.isPresent() && desired.hasRouting()) {
            follow(worker, desired.getRouting());
        }
        worker.worlds.desire(desired.getWorldsList());
    }

    private void follow(ModelledWorker worker, RoutingTable table) {
        if (!worker.newestTable.equals(Optional.of(table))) {
            worker.tableBefore = worker.newestTable;
            worker.newestTable = Optional.of(table);
        }
        apply(worker, worker.gateway.orElseThrow().routing(RoutingSnapshot.of(table), worker.nowNanos), surroundings);
    }

    private static void performStage(ModelledWorker worker, StageAccess stage, WorkerInput input) {
        if (input instanceof WorkerInput.Delivered delivered) {
            stage.deliver(delivered.header());
        } else if (input instanceof WorkerInput.StageRuns) {
            stage.process(() -> 0);
        } else if (input instanceof WorkerInput.LinkUp up) {
            stage.linkUp(up.gateway());
        } else if (input instanceof WorkerInput.LinkDown down) {
            stage.linkDown(down.gateway());
        } else if (input instanceof WorkerInput.Cancelled cancelled) {
            stage.cancel(cancelled.gateway(), cancelled.cancel());
        } else {
            throw new IllegalStateException(input + " does not happen to replica " + worker.life.getActor());
        }
    }

    private List<Effect> performGateway(ModelledWorker worker, GatewayCore core, WorkerInput input) {
        long now = worker.nowNanos;
        if (input instanceof WorkerInput.Delivered delivered) {
            return answered(worker, core, delivered.header());
        } else if (input instanceof WorkerInput.Attached attached) {
            Life life = Life.of(attached.replica());
            return core.attached(new Attachment(life, attached.label(), attached.link(), "host", ""), now);
        } else if (input instanceof WorkerInput.LinkLost lost) {
            return core.linkLost(Life.of(lost.replica()), lost.link(), "closed", now);
        } else if (input instanceof WorkerInput.Noticed noticed) {
            return noticed(core, Life.of(noticed.replica()), noticed.notice(), now);
        } else if (input instanceof WorkerInput.Submitted submitted) {
            ClientKey key = new ClientKey("client", submitted.request());
            return core.submit(
                    new Submission(key, new Content(submitted.request()), LONG_MILLIS, submitted.waiter()), now);
        } else if (input instanceof WorkerInput.Detached detached) {
            return core.detach(detached.waiter(), now);
        } else if (input instanceof WorkerInput.OldTable) {
            RoutingTable old = worker.tableBefore.orElseThrow();
            return core.routing(RoutingSnapshot.of(guards.tablesChecked() ? old : asIfNew(old)), now);
        } else if (input instanceof WorkerInput.Moment) {
            worker.nowNanos += HeadSteps.MOMENT.toNanos();
            return core.tick(worker.nowNanos);
        }
        throw new IllegalStateException(input + " does not happen to a gateway");
    }

    /** The core would take it for new, whatever it is. */
    private static RoutingTable asIfNew(RoutingTable old) {
        return old.toBuilder().setEpoch(UNHEARD_OF).build();
    }

    private List<Effect> answered(ModelledWorker worker, GatewayCore core, StageMessageHeader header) {
        if (header.getHop() != header.getPathCount() - 1 || !header.getGateway().equals(worker.life)) {
            surroundings.output().violations.add("an answer for elsewhere comes to " + Life.of(worker.life));
        }
        List<Effect> effects = core.answered(
                header.getRequest(), header.getAttempt(), new Content(header.getRequest()), worker.nowNanos);
        boolean first = effects.stream().anyMatch(Effect.Release.class::isInstance);
        if (!guards.duplicatesDropped() && !first) {
            // They are counted from one as they are accepted.
            surroundings.output().passedOn.add((header.getRequest() & COUNTED) - 1);
        }
        return effects;
    }

    private static List<Effect> noticed(GatewayCore core, Life life, ReplicaNotice notice, long now) {
        return switch (notice.getKindCase()) {
            case WORLD_BROKEN -> core.worldBroken(life, notice.getWorldBroken(), now);
            case REFUSED ->
                core.refused(
                        life,
                        notice.getRefused().getAttempt().getRequest(),
                        notice.getRefused().getAttempt().getAttempt(),
                        notice.getRefused().getWhy(),
                        now);
            case CANCELLED ->
                core.cancelAcknowledged(
                        life,
                        notice.getCancelled().getRequest(),
                        notice.getCancelled().getAttempt(),
                        now);
            case FAREWELL -> core.left(life, now);
            case FAILED, KIND_NOT_SET -> throw new IllegalStateException("no user code fails here: " + notice);
        };
    }

    static void worldReady(ModelledWorker worker, World world, WorkerSurroundings surroundings) {
        worker.stage.ifPresent(stage -> stage.worldReady(world));
        worker.gateway.ifPresent(core -> {
            if (world.rank() == 0) {
                worker.firstHops.add(world.id());
            }
            apply(worker, core.ownWorldReady(world.id(), worker.nowNanos), surroundings);
        });
    }

    static void worldEnded(
            ModelledWorker worker,
            long world,
            WorldState state,
            Optional<Failure> cause,
            WorkerSurroundings surroundings) {
        worker.stage.ifPresent(stage -> stage.worldEnded(world, state, cause));
        worker.gateway.ifPresent(core -> {
            worker.firstHops.remove(world);
            apply(worker, core.ownWorldEnded(world, state.name(), worker.nowNanos), surroundings);
        });
    }

    private static void apply(ModelledWorker worker, List<Effect> effects, WorkerSurroundings surroundings) {
        WorkerOutput output = surroundings.output();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                send(worker, send, output);
            } else if (effect instanceof Effect.Complete complete) {
                output.completed.add(complete);
            } else if (effect instanceof Effect.Cancel cancel) {
                output.cancels.add(cancel);
            }
        }
    }

    private static void send(ModelledWorker worker, Effect.Send send, WorkerOutput output) {
        output.paths.add(send.path());
        List<Long> named = worker.newestTable.map(RoutingTable::getEdgesList).orElse(List.of()).stream()
                .map(RouteEdge::getWorld)
                .toList();
        for (long world : send.path()) {
            if (!named.contains(world)) {
                output.violations.add(
                        "a request is sent over world %x, which a later table had dropped".formatted(world));
            }
        }
        // Else the end of that world is on its way to the core, which replays then.
        if (worker.firstHops.contains(send.path().get(0))) {
            StageMessageHeader header = StageMessageHeader.newBuilder()
                    .setRequest(send.request())
                    .setAttempt(send.attempt())
                    .addAllPath(send.path())
                    .setRemainingMicros(LONG_MILLIS)
                    .setGateway(worker.life)
                    .build();
            output.sent.add(new WorkerOutput.Sent(send.path().get(0), header));
        }
    }
}
