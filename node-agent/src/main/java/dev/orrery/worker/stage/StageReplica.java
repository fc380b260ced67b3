package dev.orrery.worker.stage;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a replica at work: user thread, worlds in, worlds out, links to the gateways, stall watch. */
final class StageReplica implements InboundEdge.Sink, GatewayLink.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(StageReplica.class);
    private static final int DEFAULT_MAX_IN_FLIGHT = 8;
    private static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration MAX_WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final int WATCHES_PER_STALL = 8;

    /** An attempt holds its credit until it is answered, so what waits here stays below this in health. */
    private static final int MESSAGES_PER_CREDIT = 2;

    private static final int SENDER = 0;

    private final ActorEnvironment environment;
    private final String name;
    private final Duration stallTimeout;
    private final Duration watchInterval;
    private final StallWatch stallWatch;
    private final StageInbox inbox;
    private final OutboundEdges outbound;
    private final GatewayLinks links;
    private final StageThread thread;
    private final Set<Long> brokenWorlds = ConcurrentHashMap.newKeySet();
    private volatile Optional<ScheduledFuture<?>> watching = Optional.empty();

    StageReplica(ActorEnvironment environment) {
        this.environment = environment;
        DesiredWorker desired = environment.desired();
        StageSpec spec = desired.getSpec().getStage();
        this.name = desired.getLabel().substring(desired.getLabel().indexOf('/') + 1);
        this.stallTimeout = spec.getStallTimeoutMillis() > 0
                ? Duration.ofMillis(spec.getStallTimeoutMillis())
                : DEFAULT_STALL_TIMEOUT;
        Duration share = stallTimeout.dividedBy(WATCHES_PER_STALL).plusMillis(1);
        this.watchInterval = share.compareTo(MAX_WATCH_INTERVAL) < 0 ? share : MAX_WATCH_INTERVAL;
        this.stallWatch = new StallWatch(
                stallTimeout.toNanos(),
                watchInterval.toNanos(),
                environment.clock().nanoTime());
        int maxInFlight = spec.getMaxInFlight() > 0 ? spec.getMaxInFlight() : DEFAULT_MAX_IN_FLIGHT;
        int maxWaiting = MESSAGES_PER_CREDIT * maxInFlight + DEFAULT_MAX_IN_FLIGHT;
        this.inbox = new StageInbox(maxWaiting);
        this.outbound = new OutboundEdges(maxWaiting, environment.devices(), this::onLost);
        this.links = new GatewayLinks(
                environment,
                ReplicaAttach.newBuilder()
                        .setLife(environment.life())
                        .setReplica(name)
                        .setStage(spec.getName())
                        .setPipeline(desired.getSpec().getPipeline())
                        .setHost(environment.launch().host())
                        .setLogPath(environment.launch().outputLog().toString())
                        .build(),
                this);
        long maxTensorBytes = desired.getSpec().getPolicy().getMaxTensorBytes();
        this.thread = new StageThread(
                environment,
                name,
                inbox,
                new StageCalls(
                        new StageSettings(
                                spec.getName(),
                                environment.launch().host(),
                                environment.launch().outputLog().toString(),
                                Declarations.of(spec),
                                maxTensorBytes > 0 ? maxTensorBytes : Long.MAX_VALUE,
                                environment.clock(),
                                stallWatch),
                        inbox,
                        outbound,
                        links));
    }

    void start() {
        links.desire(environment.desired().getGatewaysList());
        long interval = watchInterval.toNanos();
        watching = Optional.of(
                environment.timers().scheduleAtFixedRate(this::watch, interval, interval, TimeUnit.NANOSECONDS));
        thread.start();
    }

    private void watch() {
        if (stallWatch.stalled(environment.clock().nanoTime())) {
            watching.ifPresent(ticks -> ticks.cancel(false));
            LOG.error("process of {} stalled for {}; threads:\n{}", name, stallTimeout, ThreadDump.ofAllThreads());
            Failure failure = Failure.of(
                    "stall",
                    "process of replica " + name + " did not return within " + stallTimeout
                            + "; a thread dump is in the log");
            environment.fatal(
                    new Failure(failure.kind(), failure.message(), thread.stackTrace(), "", "", Optional.empty()));
        }
    }

    boolean isOpen() {
        return thread.isOpen();
    }

    boolean linked() {
        return links.anyUp();
    }

    void onDesired(DesiredWorker desired) {
        links.desire(desired.getGatewaysList());
        brokenWorlds.retainAll(
                desired.getWorldsList().stream().map(WorldSpec::getId).collect(Collectors.toSet()));
    }

    void onWorldReady(World world) {
        if (world.rank() == SENDER) {
            outbound.add(world);
        } else {
            new InboundEdge(world, environment.clock(), this).start();
        }
    }

    void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
        outbound.remove(world);
        // Closed without a cause: it was left here, as the head wanted it.
        if (state == WorldState.BROKEN || cause.isPresent()) {
            brokenWorlds.add(world);
            links.tellAll(NoticeMessages.worldBroken(world));
        }
    }

    @Override
    public void accept(Delivery delivery) {
        switch (inbox.offer(delivery)) {
            case QUEUED -> {}
            case CANCELLED -> delivery.close();
            case CLOSED -> {
                delivery.close();
                refuse(delivery.key(), "replica " + name + " is stopping");
            }
        }
    }

    @Override
    public boolean awaitRoom(Runnable resume) {
        return inbox.awaitRoom(resume);
    }

    @Override
    public void garbage(World world, String what) {
        LOG.error("leaving world {}: {}", Long.toHexString(world.id()), what);
        links.tellAll(NoticeMessages.worldBroken(world.id()));
        var unused = environment.worlds().leave(world.id());
    }

    /** A link that was down for a moment missed what broke meanwhile. */
    @Override
    public void onUp(GatewayLink link) {
        brokenWorlds.forEach(world -> link.tell(NoticeMessages.worldBroken(world)));
    }

    /** To that gateway this replica has died: it replays all that it sent here. */
    @Override
    public void onDown(ActorLife gateway) {
        inbox.dropAllOf(gateway).forEach(Delivery::close);
    }

    @Override
    public void onCancel(ActorLife gateway, CancelAttempt cancel) {
        AttemptKey key = AttemptKey.of(gateway, cancel.getAttempt());
        StageInbox.Cancellation cancellation = inbox.cancel(key);
        cancellation.dropped().ifPresent(Delivery::close);
        if (cancellation.settled()) {
            links.tell(gateway, NoticeMessages.cancelled(key));
        }
    }

    private void onLost(AttemptKey key, String why) {
        refuse(key, why);
    }

    private void refuse(AttemptKey key, String why) {
        links.tell(key.gateway(), NoticeMessages.refused(key, why));
    }

    CompletableFuture<Void> stop() {
        return thread.stop().whenComplete((done, failure) -> {
            watching.ifPresent(ticks -> ticks.cancel(false));
            inbox.drain().forEach(waiting -> {
                waiting.close();
                refuse(waiting.key(), "replica " + name + " is stopping");
            });
            links.close();
        });
    }
}
