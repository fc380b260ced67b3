package dev.orrery.head.control;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.SharedWorkers;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.GatewayEndpoint;
import dev.orrery.internal.proto.GatewaySpec;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a node should run, as it follows from the records. */
final class Assignments {
    private Assignments() {}

    /** In the order of their actors' ids. */
    static List<DesiredWorker> of(ClusterState state, RoutingTables routing, String node, long nowNanos) {
        List<DesiredWorker> workers = new ArrayList<>();
        Map<ActorLife, List<Guest>> guests = guests(state, node);
        for (ActorRecord actor : state.records().actorsOn(node)) {
            if (!SharedWorkers.isGuest(actor) && !mayStop(state, actor, nowNanos)) {
                worker(state, actor, routing)
                        .ifPresent(worker -> workers.add(worker.addAllWorlds(worlds(state, actor))
                                .addAllGuests(guests.getOrDefault(worker.getLife(), List.of()))
                                .build()));
            }
        }
        return workers;
    }

    /** By the life whose worker they share. */
    private static Map<ActorLife, List<Guest>> guests(ClusterState state, String node) {
        Map<ActorLife, List<Guest>> guests = new HashMap<>();
        for (ActorRecord actor : state.records().actorsOn(node)) {
            if (SharedWorkers.isGuest(actor) && Lives.stateOf(actor) != ActorState.DRAINING) {
                guests.computeIfAbsent(actor.getSharedWorker(), worker -> new ArrayList<>())
                        .add(Guest.newBuilder()
                                .setLife(Lives.lifeOf(actor))
                                .setLabel(actor.getLabel())
                                // The code is the worker's.
                                .setSpec(actor.getSpec().toBuilder().clearArtifacts())
                                .build());
            }
        }
        return guests;
    }

    private static List<WorldSpec> worlds(ClusterState state, ActorRecord actor) {
        ActorLife life = Lives.lifeOf(actor);
        return state.records().worldsWith(actor.getActor()).stream()
                .filter(world -> WorldState.of(world.getState()) != WorldState.BROKEN)
                .map(WorldRecord::getSpec)
                .filter(spec -> spec.getMembersList().stream()
                        .anyMatch(member -> member.getLife().equals(life)))
                .toList();
    }

    /** A draining actor's worker closes its worlds in good order before it is stopped. */
    private static boolean mayStop(ClusterState state, ActorRecord actor, long nowNanos) {
        if (Lives.stateOf(actor) != ActorState.DRAINING) {
            return false;
        }
        boolean closing = state
                .observed()
                .worker(actor.getNode(), Lives.lifeOf(actor))
                .map(WorkerReport::getWorldsList)
                .orElse(List.of())
                .stream()
                .anyMatch(Assignments::isOpen);
        return !closing
                || state.memory()
                                .inState(actor, nowNanos)
                                .compareTo(state.settings().closingTimeout())
                        > 0;
    }

    private static boolean isOpen(WorldReport world) {
        return switch (world.getState()) {
            case FORMING, READY -> true;
            default -> false;
        };
    }

    /** Empty when its pipeline is gone. */
    private static Optional<DesiredWorker.Builder> worker(
            ClusterState state, ActorRecord actor, RoutingTables routing) {
        return Lives.isPlain(actor)
                ? Optional.of(plain(actor))
                : state.records()
                        .pipeline(actor.getPipeline())
                        .map(pipeline -> worker(state, pipeline, actor, routing));
    }

    private static DesiredWorker.Builder plain(ActorRecord actor) {
        PlainActorSpec spec = actor.getSpec();
        return DesiredWorker.newBuilder()
                .setLife(Lives.lifeOf(actor))
                .setLabel(actor.getLabel())
                .addAllGpus(actor.getGpusList())
                .setSpec(ActorSpec.newBuilder()
                        .setActor(spec)
                        .setResources(spec.getResources())
                        .addAllArtifacts(spec.getArtifactsList()));
    }

    private static DesiredWorker.Builder worker(
            ClusterState state, PipelineRecord pipeline, ActorRecord actor, RoutingTables routing) {
        DesiredWorker.Builder worker = DesiredWorker.newBuilder()
                .setLife(Lives.lifeOf(actor))
                .setLabel(actor.getLabel())
                .addAllGpus(actor.getGpusList())
                .setSpec(spec(state, pipeline, actor));
        if (Lives.isGateway(actor)) {
            return worker.setRouting(routing.table(actor));
        }
        state.records()
                .gateway(pipeline)
                .filter(Lives::isAlive)
                .ifPresent(gateway -> worker.addGateways(GatewayEndpoint.newBuilder()
                        .setLife(Lives.lifeOf(gateway))
                        .setRpcAddress(gateway.getRpcAddress())));
        return worker;
    }

    private static ActorSpec spec(ClusterState state, PipelineRecord pipeline, ActorRecord actor) {
        ActorSpec.Builder spec = ActorSpec.newBuilder()
                .setPipeline(actor.getPipeline())
                .setPolicy(pipeline.getSpec().getPolicy())
                .setResources(Rooms.need(pipeline, actor, state.settings()))
                .addAllArtifacts(pipeline.getSpec().getArtifactsList());
        if (Lives.isGateway(actor)) {
            GatewaySpec.Builder gateway = GatewaySpec.newBuilder();
            pipeline.getSpec().getStagesList().stream().map(StageSpec::getName).forEach(gateway::addStages);
            return spec.setGateway(gateway).build();
        }
        // A worker is the same whatever the number of replicas: scaling changes nothing about it.
        StageSpec stage = Lives.stage(pipeline, actor.getStage());
        return spec.setStage(stage.toBuilder().clearReplicas()).build();
    }
}
