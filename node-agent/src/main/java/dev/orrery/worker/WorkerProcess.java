package dev.orrery.worker;

import dev.orrery.error.Failure;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import dev.orrery.worker.AbsencePolicy.Absence;
import dev.orrery.worker.launch.DurableFile;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker from its first contact with the agent to its exit. All of its state belongs to one control thread, to which
 * everything that happens elsewhere is handed over and on which nothing waits.
 */
public final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final int IO_THREADS = 2;
    private static final Duration ABSENCE_CHECKS = Duration.ofSeconds(1);

    /** Together less than an agent waits between SIGTERM and SIGKILL. */
    private static final Duration ACTOR_STOP_DEADLINE = Duration.ofSeconds(6);

    private static final Duration LEAVE_DEADLINE = Duration.ofSeconds(2);

    /** To tell the agent why this process failed, when the agent is away at that moment. */
    private static final Duration LAST_REPORT_DEADLINE = Duration.ofSeconds(2);

    private final LaunchSpec launch;
    private final WorkerParts parts;
    private final ScheduledExecutorService control =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("worker-control"));
    private final ScheduledExecutorService timers =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("worker-timers"));
    private final RpcTransport transport = new RpcTransport("worker", IO_THREADS);
    private final CompletableFuture<ExitReason> exited = new CompletableFuture<>();
    private final AtomicBoolean reportPending = new AtomicBoolean();
    private final RpcIdentity identity;
    private final WorldManager worlds;
    private final WorldsReconciler reconciler;
    private final AgentLink agent;
    private final AbsencePolicy absencePolicy;

    // Of the control thread.
    private Optional<HostedActor> actor = Optional.empty();
    private Stamp stamp = Stamp.getDefaultInstance();
    private volatile List<HostPort> heads = List.of();
    private boolean accepted;
    private long awaySinceNanos;
    private boolean stopping;
    private Optional<Failure> failure = Optional.empty();

    WorkerProcess(LaunchSpec launch, WorkerParts parts) {
        this.launch = launch;
        this.parts = parts;
        this.identity =
                new RpcIdentity(launch.cluster(), PeerRole.WORKER, launch.life().getActor(), parts.secret());
        this.worlds = parts.worlds().apply(new WorldNews());
        this.reconciler = new WorldsReconciler(worlds, launch.life(), this::onControl, new WorldEvents());
        this.agent = new AgentLink(launch, transport, identity, timers, new AgentEvents());
        this.absencePolicy = new AbsencePolicy(launch.gracePeriod());
    }

    private WorldsReconciler reconciler() {
        return reconciler;
    }

    void start() {
        transport.start();
        worlds.start();
        awaySinceNanos = parts.clock().nanoTime();
        agent.start();
        long interval = ABSENCE_CHECKS.toNanos();
        var unused = control.scheduleWithFixedDelay(this::checkAbsence, interval, interval, TimeUnit.NANOSECONDS);
    }

    /** Completes once, when nothing is left to do but to {@link #close} and exit. */
    CompletableFuture<ExitReason> exited() {
        return exited;
    }

    boolean registered() {
        return agent.isUp();
    }

    /** Ends in good order. Any thread. */
    void stop(String why) {
        onControl(() -> stopInOrder(ExitReason.stopped(why)));
    }

    private void onControl(Runnable action) {
        try {
            control.execute(() -> run(action));
        } catch (RejectedExecutionException e) {
            LOG.debug("the process has ended; dropping what came after", e);
        }
    }

    /** An error here is a defect; a worker with a broken control thread would be a zombie. */
    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.error("unexpected", e);
            fail(Failure.of(e));
        }
    }

    private void checkAbsence() {
        if (stopping || agent.isUp()) {
            return;
        }
        boolean linked = actor.map(HostedActor::linked).orElse(false);
        absencePolicy
                .decide(
                        new Absence(accepted, awaySinceNanos, reconciler.ready(), linked),
                        parts.clock().nanoTime())
                .ifPresent(this::stopInOrder);
    }

    private void welcome(WorkerWelcome welcome) {
        if (welcome.getSuperseded()) {
            stopping = true;
            exit(ExitReason.stopped("superseded: another life of this actor took over"));
            return;
        }
        accepted = true;
        heads = welcome.getHeadsList().stream().map(HostPort::of).toList();
        if (failure.isPresent()) {
            lastReport();
            return;
        }
        if (welcome.hasDesired()) {
            adopt(welcome.getStamp(), welcome.getDesired());
        }
        changed();
    }

    private void adopt(Stamp newStamp, DesiredWorker desired) {
        switch (AssignmentDecision.on(launch.life(), stamp, newStamp, desired.getLife())) {
            case OTHER_LIFE -> {
                LOG.warn("ignoring an assignment for another life: {}", desired.getLife());
                return;
            }
            case OLDER -> {
                LOG.info("ignoring an assignment that is older than the present one");
                return;
            }
            case FOLLOW -> {}
        }
        stamp = newStamp;
        if (stopping) {
            return;
        }
        if (actor.isPresent()) {
            actor.get().onDesired(desired);
        } else {
            HostedActor hosted = parts.actors().apply(desired.getSpec());
            actor = Optional.of(hosted);
            hosted.start(environment(desired));
        }
        reconciler.desire(desired.getWorldsList());
    }

    private ActorEnvironment environment(DesiredWorker desired) {
        return new WorkerEnvironment(
                launch,
                desired,
                worlds,
                parts.devices(),
                transport,
                identity,
                parts.clock(),
                timers,
                () -> heads,
                agent::renewLease,
                this::changed,
                first -> onControl(() -> fail(first)),
                how -> stop("superseded: " + how));
    }

    private void changed() {
        if (reportPending.compareAndSet(false, true)) {
            onControl(() -> {
                reportPending.set(false);
                agent.report(report());
            });
        }
    }

    private WorkerReport report() {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(launch.life())
                .setNonce(launch.nonce())
                .setPid(ProcessHandle.current().pid())
                .setState(state())
                .setDataAddress(worlds.address().toMessage())
                .setLogPath(launch.outputLog().toString())
                .addAllWorlds(reconciler.reports());
        failure.ifPresent(first -> report.setFailure(ErrorCodec.toMessage(first)));
        actor.ifPresent(hosted -> hosted.contributeTo(report));
        return report.build();
    }

    private WorkerState state() {
        return stopping ? WorkerState.STOPPING : actor.map(HostedActor::state).orElse(WorkerState.OPENING);
    }

    private void stopInOrder(ExitReason reason) {
        if (stopping) {
            return;
        }
        stopping = true;
        LOG.info("stopping: {}", reason.why());
        changed();
        actor.map(HostedActor::stop)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .completeOnTimeout(null, ACTOR_STOP_DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((stopped, trouble) -> onControl(() -> leaveWorlds(reason)));
    }

    private void leaveWorlds(ExitReason reason) {
        reconciler
                .leaveAll()
                .completeOnTimeout(null, LEAVE_DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((left, trouble) -> onControl(() -> exit(reason)));
    }

    /** The process is of no use any more: no drain, peers shall notice at once. */
    private void fail(Failure first) {
        if (failure.isPresent()) {
            return;
        }
        failure = Optional.of(first.at(launch.host(), launch.outputLog().toString()));
        stopping = true;
        LOG.error("failed: {}", FailureText.of(first));
        writeLastWords();
        if (agent.isUp()) {
            lastReport();
        } else {
            new NamedThreads("worker-end").newThread(worlds::close).start();
            var unused =
                    control.schedule(() -> run(this::lastReport), LAST_REPORT_DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A connection that is reset at the end can lose the last report, and there may be no agent to report to. */
    private void writeLastWords() {
        try {
            DurableFile.write(
                    launch.lastWords(),
                    ErrorCodec.toMessage(failure.orElseThrow()).toByteArray());
        } catch (IOException e) {
            LOG.warn("cannot write down why this worker ends", e);
        }
    }

    private void lastReport() {
        agent.report(report());
        exit(ExitReason.failed(failure.orElseThrow()));
    }

    private void exit(ExitReason reason) {
        agent.finish()
                .completeOnTimeout(null, LAST_REPORT_DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((ended, trouble) ->
                        exited.complete(failure.map(ExitReason::failed).orElse(reason)));
    }

    /** Frees everything, in bounded time. Idempotent. */
    @Override
    public void close() {
        agent.close();
        control.shutdownNow();
        timers.shutdownNow();
        worlds.close();
        transport.close();
    }

    private final class AgentEvents implements AgentLink.Listener {
        @Override
        public void onWelcome(WorkerWelcome welcome) {
            onControl(() -> welcome(welcome));
        }

        @Override
        public void onAssignment(Assignment assignment) {
            onControl(() -> adopt(assignment.getStamp(), assignment.getDesired()));
        }

        @Override
        public void onBound() {
            LOG.debug("told again of its life");
        }

        @Override
        public void onStop(StopWorker stopWorker) {
            stop(stopWorker.getWhy());
        }

        @Override
        public void onAway() {
            onControl(() -> awaySinceNanos = parts.clock().nanoTime());
        }
    }

    private final class WorldEvents implements WorldsReconciler.Listener {
        @Override
        public void onReady(World world) {
            actor.ifPresent(hosted -> hosted.onWorldReady(world));
        }

        @Override
        public void onEnded(long world, WorldState state, Optional<Failure> cause) {
            cause.ifPresent(why -> LOG.info("world {} is {}: {}", Long.toHexString(world), state, why.summary()));
            actor.ifPresent(hosted -> hosted.onWorldEnded(world, state, cause));
        }

        @Override
        public void onChanged() {
            changed();
        }
    }

    /** What the world manager says. */
    private final class WorldNews implements WorldListener {
        @Override
        public void onState(long world, WorldState state, Optional<Failure> cause) {
            onControl(() -> reconciler().onState(world, state, cause));
        }

        @Override
        public void onStuck(Failure cause) {
            onControl(() -> fail(cause));
        }
    }
}
