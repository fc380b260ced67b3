package dev.orrery.head.control;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.GuestReport;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.ReplicaLoad;
import dev.orrery.internal.proto.RouteReplica;
import dev.orrery.internal.proto.RoutingTable;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A worker process as its agent and its peers see it; moves one step at a time. */
final class TestingWorker {
    private static int pids = 1000;

    final ActorLife life;
    final String label;
    final int pid;
    final Map<Long, WorldState> worlds = new TreeMap<>();
    private final Map<Long, WorldSpec> specs = new HashMap<>();
    private final Map<ActorLife, Integer> leaving = new HashMap<>();
    /** Actors that live in it, and how each is; OPENING for a step. */
    final Map<ActorLife, WorkerState> guests = new LinkedHashMap<>();

    DesiredWorker desired;
    WorkerState state = WorkerState.LAUNCHING;
    Failure failure = Failure.getDefaultInstance();
    RoutingTable routing = RoutingTable.getDefaultInstance();
    /** Steps that a replica taken out of the routing table still holds requests for. */
    int stepsToFinishRequests = 2;
    /** Steps until the user's open() returns; below 0: never. */
    int stepsToOpen = 2;

    TestingWorker(DesiredWorker desired) {
        this.life = desired.getLife();
        this.label = desired.getLabel();
        this.desired = desired;
        this.pid = nextPid();
    }

    private static synchronized int nextPid() {
        return pids++;
    }

    boolean isOpen() {
        return state == WorkerState.OPEN;
    }

    boolean runs() {
        return state != WorkerState.EXITED;
    }

    void exit(String kind, String message) {
        state = WorkerState.EXITED;
        failure = Failure.newBuilder().setKind(kind).setMessage(message).build();
        worlds.clear();
    }

    void step(TestingWorlds network) {
        if (state == WorkerState.LAUNCHING) {
            state = WorkerState.OPENING;
        } else if (state == WorkerState.OPENING && stepsToOpen >= 0 && stepsToOpen-- == 0) {
            state = WorkerState.OPEN;
        } else if (isOpen()) {
            followWorlds(network);
            followRouting();
            followGuests();
        }
    }

    private void followWorlds(TestingWorlds network) {
        Map<Long, WorldSpec> named = new HashMap<>();
        desired.getWorldsList().forEach(spec -> named.put(spec.getId(), spec));
        for (Long left : new HashSet<>(specs.keySet())) {
            if (!named.containsKey(left)) {
                specs.remove(left);
                worlds.remove(left);
            }
        }
        for (WorldSpec spec : named.values()) {
            specs.put(spec.getId(), spec);
            WorldState before = worlds.getOrDefault(spec.getId(), WorldState.FORMING);
            worlds.put(spec.getId(), network.next(this, spec, before));
        }
    }

    private void followGuests() {
        guests.replaceAll((life, before) -> before == WorkerState.OPENING ? WorkerState.OPEN : before);
        Set<ActorLife> named = new HashSet<>();
        for (Guest guest : desired.getGuestsList()) {
            named.add(guest.getLife());
            guests.putIfAbsent(guest.getLife(), WorkerState.OPENING);
        }
        guests.keySet().retainAll(named);
    }

    /** Its constructor or its thread ends by an exception. */
    void failGuest(String actor) {
        guests.replaceAll((life, before) -> life.getActor().equals(actor) ? WorkerState.EXITED : before);
    }

    private void followRouting() {
        if (!desired.hasRouting()) {
            return;
        }
        Set<ActorLife> now = new HashSet<>();
        desired.getRouting().getReplicasList().forEach(replica -> now.add(replica.getLife()));
        for (RouteReplica before : routing.getReplicasList()) {
            if (!now.contains(before.getLife())) {
                leaving.put(before.getLife(), stepsToFinishRequests);
            }
        }
        routing = desired.getRouting();
        leaving.keySet().removeAll(now);
        leaving.replaceAll((replica, steps) -> steps - 1);
        leaving.values().removeIf(steps -> steps <= 0);
    }

    private static GuestReport guest(ActorLife life, WorkerState state) {
        GuestReport.Builder report = GuestReport.newBuilder().setLife(life).setState(state);
        return state == WorkerState.EXITED
                ? report.setFailure(Failure.newBuilder().setKind("exception").setMessage("it threw"))
                        .build()
                : report.build();
    }

    boolean holdsRequestsAt(ActorLife replica) {
        return leaving.containsKey(replica)
                || routing.getReplicasList().stream()
                        .anyMatch(route -> route.getLife().equals(replica));
    }

    WorkerReport report() {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(life)
                .setPid(pid)
                .setState(state)
                .setLogPath("/logs/" + label)
                .addAllGpus(desired.getGpusList())
                .setFailure(failure);
        if (isOpen()) {
            report.setDataAddress(HostPort.newBuilder().setHost("h").setPort(pid))
                    .setRpcAddress(HostPort.newBuilder().setHost("h").setPort(pid + 10_000));
            worlds.forEach((id, world) -> report.addWorlds(WorldReport.newBuilder()
                    .setWorld(id)
                    .setState(world)
                    .setCause(Failure.newBuilder().setKind("link").setMessage(world.name()))));
        }
        if (isOpen()) {
            guests.forEach((life, now) -> report.addGuests(guest(life, now)));
        }
        if (isOpen() && desired.getSpec().hasGateway()) {
            GatewayReport.Builder gateway = GatewayReport.newBuilder()
                    .setRoutingEpoch(routing.getEpoch())
                    .setRoutingVersion(routing.getVersion());
            leaving.forEach((replica, steps) ->
                    gateway.addLeaving(ReplicaLoad.newBuilder().setLife(replica).setInFlight(steps)));
            report.setGateway(gateway);
        }
        return report.build();
    }
}
