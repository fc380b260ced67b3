package dev.orrery.gateway.core;

import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.ReplayPolicy.Cause;
import dev.orrery.internal.proto.GatewayReplica;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.ReplicaLoad;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * All of a gateway's decisions. One thread owns it; nothing here waits or does I/O. Each method takes the time and
 * returns what is to be done, in order. Times are of one monotonic clock.
 */
public final class GatewayCore {
    /** The reason that a replica gives when a request came too late for it. */
    public static final String REFUSED_FOR_DEADLINE = "deadline";

    /**
     * How long an edge is left alone after a replica could not send on it. The news that it broke, or of the neighbour's
     * death, comes some 10 ms later; until then replays would only run into it again and use up their attempts.
     */
    static final Duration SUSPENSION = Duration.ofMillis(50);

    private static final Duration FORGETTING_INTERVAL = Duration.ofSeconds(1);

    private final GatewayOptions options;
    private final List<Effect> effects = new ArrayList<>();
    private final EventLog events = new EventLog(effects);
    private final RoutingView view;
    private final RequestFlow flow;
    private Set<Life> reportedLeaving = Set.of();
    private PathGraph announced;
    private OptionalLong nextForgetting = OptionalLong.empty();

    public GatewayCore(GatewayOptions options, RandomGenerator random) {
        this.options = options;
        this.view = new RoutingView(options);
        this.flow = new RequestFlow(options, view, random, effects, events);
        this.announced = view.graph();
    }

    /** The head's routing table; one that is not newer than the adopted one changes nothing. */
    public List<Effect> routing(RoutingSnapshot table, long now) {
        flow.expire(now);
        RoutingSnapshot before = view.table();
        if (view.adopt(table)) {
            events.routingAdopted(table, now);
            for (ReplicaSlot slot : view.slots()) {
                if (view.names(slot.life())) {
                    slot.serveOn();
                } else if (before.replicas().containsKey(slot.life())) {
                    slot.drainUntil(now + options.drainDeadline().toNanos());
                    slot.withdraw();
                    events.replicaRemoved(slot, now, 0, "not in the routing table any more; drains");
                }
            }
            effects.add(new Effect.ReportChanged());
        }
        return done(now);
    }

    /** A replica holds a control link. A second link of the same life means that the first one is lost, and the life not. */
    public List<Effect> attached(Attachment attachment, long now) {
        flow.expire(now);
        view.slot(attachment.life())
                .ifPresent(slot -> lose(slot, "attached again over another control link", false, now));
        flow.lives(attachment.life());
        view.link(new ReplicaSlot(attachment));
        return done(now);
    }

    /** The control link ended, by close or by silence: the replica is taken for dead. */
    public List<Effect> linkLost(Life life, long link, String why, long now) {
        flow.expire(now);
        view.slot(life)
                .filter(slot -> slot.link() == link)
                // One that was given up after its drain ends in good order.
                .ifPresent(slot -> lose(slot, "control link lost: " + why, !slot.abandoned(), now));
        return done(now);
    }

    /** The replica has said that it ends its control link, and lives. */
    public List<Effect> left(Life life, long now) {
        flow.expire(now);
        view.slot(life).ifPresent(slot -> lose(slot, "it follows other gateways", false, now));
        return done(now);
    }

    private void lose(ReplicaSlot slot, String why, boolean died, long now) {
        boolean busy = !flow.inFlightAt(slot).isEmpty();
        view.unlink(slot);
        int replayed = flow.replicaGone(slot, why, died, now);
        if (view.names(slot.life()) || busy) {
            events.replicaRemoved(slot, now, replayed, why);
        }
    }

    /** A world that the gateway is a member of became READY here. */
    public List<Effect> ownWorldReady(long world, long now) {
        flow.expire(now);
        view.ready(world);
        return done(now);
    }

    /** A world of the gateway itself is over. */
    public List<Effect> ownWorldEnded(long world, String why, long now) {
        flow.expire(now);
        breakEdge(world, why, Optional.empty(), now);
        return done(now);
    }

    /** A replica says that a world of its own broke; only its members can know. */
    public List<Effect> worldBroken(Life life, long world, long now) {
        flow.expire(now);
        RoutingSnapshot.Edge edge = view.table().edges().get(world);
        if (edge == null || edge.touches(life)) {
            String who = view.slot(life).map(ReplicaSlot::name).orElse(life.toString());
            breakEdge(world, "reported broken by " + who, Optional.of(life), now);
            flow.lives(life);
        }
        return done(now);
    }

    private void breakEdge(long world, String why, Optional<Life> reporter, long now) {
        if (view.breakWorld(world)) {
            List<Request> lost = flow.inFlightOver(world);
            flow.suspect(lost, world, reporter);
            String cause = "world %016x is gone (%s)".formatted(world, why);
            int replayed = flow.replay(lost, Cause.WORLD_BROKEN, cause, now);
            if (view.table().edges().containsKey(world) || !lost.isEmpty()) {
                events.edgeRemoved(world, now, replayed, why);
            }
        }
    }

    public List<Effect> submit(Submission submission, long now) {
        flow.expire(now);
        flow.submit(submission, now);
        return done(now);
    }

    /** The client cancelled. Another waiter for the same request still gets its outcome. */
    public List<Effect> cancel(long waiter, long now) {
        flow.expire(now);
        flow.detach(waiter, true);
        return done(now);
    }

    /** The client's connection is gone; it may come back and ask again, so the request goes on. */
    public List<Effect> detach(long waiter, long now) {
        flow.expire(now);
        flow.detach(waiter, false);
        return done(now);
    }

    public List<Effect> answered(long request, int attempt, Payload answer, long now) {
        flow.expire(now);
        flow.answered(request, attempt, answer);
        return done(now);
    }

    /** User code failed on the request; it will fail again elsewhere, so it is not replayed. */
    public List<Effect> failed(Life life, long request, int attempt, OrreryException why, long now) {
        flow.expire(now);
        flow.failed(life, request, attempt, why);
        return done(now);
    }

    public List<Effect> cancelAcknowledged(Life life, long request, int attempt, long now) {
        flow.expire(now);
        flow.cancelAcknowledged(life, request, attempt);
        return done(now);
    }

    /** A replica could not send the request on. */
    public List<Effect> refused(Life life, long request, int attempt, String why, long now) {
        flow.expire(now);
        Optional<Request> lost = flow.refused(life, request, attempt);
        lost.flatMap(Request::current).ifPresent(current -> {
            int index = current.indexOf(life);
            if (!why.equals(REFUSED_FOR_DEADLINE)) {
                long world = current.path().get(index + 1);
                view.suspend(world, now + SUSPENSION.toNanos());
                flow.suspect(List.of(lost.get()), world, Optional.of(life));
            }
            String name = current.replicas().get(index).name();
            flow.replay(List.of(lost.get()), Cause.REFUSED, "refused by " + name + " (" + why + ")", now);
        });
        return done(now);
    }

    /** Whatever is due. Call at {@link #nextDeadline()}; at other times it does no harm. */
    public List<Effect> tick(long now) {
        flow.expire(now);
        view.resume(now);
        for (ReplicaSlot slot : view.unlisted()) {
            if (drainIsOver(slot, now)) {
                slot.abandon();
                List<Request> lost = flow.inFlightAt(slot);
                String why = "replica " + slot.name() + " did not finish before its drain deadline";
                int replayed = flow.replay(lost, Cause.DRAINED, why, now);
                if (!lost.isEmpty()) {
                    events.replicaRemoved(slot, now, replayed, "drain deadline");
                }
            }
        }
        if (nextForgetting.isEmpty() || nextForgetting.getAsLong() - now <= 0) {
            flow.forgetOldOutcomes(now);
            nextForgetting = OptionalLong.of(now + FORGETTING_INTERVAL.toNanos());
        }
        return done(now);
    }

    private static boolean drainIsOver(ReplicaSlot slot, long now) {
        return !slot.abandoned()
                && slot.drainDeadline().isPresent()
                && slot.drainDeadline().getAsLong() - now <= 0;
    }

    /** When {@link #tick} has something to do next. */
    public OptionalLong nextDeadline() {
        OptionalLong next = earlier(flow.nextDeadline(), view.nextResume());
        for (ReplicaSlot slot : view.unlisted()) {
            next = slot.abandoned() ? next : earlier(next, slot.drainDeadline());
        }
        return flow.rememberedOutcomes() > 0 ? earlier(next, nextForgetting) : next;
    }

    private static OptionalLong earlier(OptionalLong one, OptionalLong other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.getAsLong() - other.getAsLong() <= 0 ? one : other;
    }

    /** Ends every request; takes no more. */
    public List<Effect> stop(long now) {
        flow.stop();
        return done(now);
    }

    private List<Effect> done(long now) {
        announceRoutable(now);
        flow.dispatch(now);
        reportLeaving();
        List<Effect> result = List.copyOf(effects);
        effects.clear();
        return result;
    }

    private void reportLeaving() {
        if (view.unlisted().isEmpty() && reportedLeaving.isEmpty()) {
            return;
        }
        Set<Life> leaving = leaving().stream().map(ReplicaSlot::life).collect(Collectors.toSet());
        if (!leaving.equals(reportedLeaving)) {
            reportedLeaving = leaving;
            effects.add(new Effect.ReportChanged());
        }
    }

    private void announceRoutable(long now) {
        if (view.graph() == announced) {
            return;
        }
        announced = view.graph();
        for (PathGraph.Node node : view.graph().nodes()) {
            if (node.edgesIn() > 0 && node.edgesOut() > 0 && node.slot().announce()) {
                String edges = "%d edges in, %d out".formatted(node.edgesIn(), node.edgesOut());
                events.replicaAdded(node.slot(), now, edges);
            }
        }
    }

    private List<ReplicaSlot> leaving() {
        return view.unlisted().stream().filter(ReplicaSlot::leaving).toList();
    }

    /** What the head is told. */
    public GatewayReport report() {
        GatewayReport.Builder report = GatewayReport.newBuilder()
                .setRoutingEpoch(view.table().epoch())
                .setRoutingVersion(view.table().version());
        for (ReplicaSlot slot : leaving()) {
            report.addLeaving(
                    ReplicaLoad.newBuilder().setLife(slot.life().toMessage()).setInFlight(slot.inFlight()));
        }
        return report.build();
    }

    public GatewayStatus status(long eventsAfter) {
        RequestFlow.Counts counts = flow.counts();
        GatewayStatus.Builder status = GatewayStatus.newBuilder()
                .setGateway(options.gateway().toMessage())
                .setRoutingVersion(view.table().version())
                .setAccepted(counts.accepted())
                .setAnswered(counts.answered())
                .setFailed(counts.failed())
                .setRejected(counts.rejected())
                .setReplayed(counts.replayed())
                .setLateAnswersDropped(counts.lateAnswersDropped())
                .setQueued(flow.queued())
                .setInFlight(flow.inFlight())
                .addAllEvents(events.after(eventsAfter));
        view.table().replicas().values().forEach(replica -> status.addReplicas(statusOf(replica)));
        for (ReplicaSlot slot : view.unlisted()) {
            status.addReplicas(GatewayReplica.newBuilder()
                    .setReplica(slot.name())
                    .setLife(slot.life().toMessage())
                    .setInFlight(slot.inFlight())
                    .setLinked(true));
        }
        return status.build();
    }

    private GatewayReplica statusOf(RoutingSnapshot.Replica replica) {
        GatewayReplica.Builder message = GatewayReplica.newBuilder()
                .setReplica(replica.name())
                .setStage(replica.stage())
                .setLife(replica.life().toMessage());
        view.slot(replica.life()).ifPresent(slot -> message.setLinked(true).setInFlight(slot.inFlight()));
        view.graph().node(replica.life()).ifPresent(node -> message.setEdgesIn(node.edgesIn())
                .setEdgesOut(node.edgesOut()));
        return message.build();
    }

    int attemptsHoldingCredit() {
        return flow.attemptsHoldingCredit();
    }

    RoutingView view() {
        return view;
    }

    RequestFlow flow() {
        return flow;
    }
}
