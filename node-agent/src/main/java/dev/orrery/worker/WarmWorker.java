package dev.orrery.worker;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.worker.AbsencePolicy.Absence;
import dev.orrery.worker.launch.LaunchSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process that no life is bound to yet: it stays connected with its agent until one is. It never learns of a life from
 * anything but its agent, which tells it only of one that is written down.
 */
final class WarmWorker implements AutoCloseable {
    private static final long ABSENCE_CHECK_MILLIS = 1_000;

    private final ScheduledExecutorService timers =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("warm-timers"));
    private final RpcTransport transport = new RpcTransport("warm", 1);
    private final CompletableFuture<Optional<ExitReason>> over = new CompletableFuture<>();
    private final AgentLink agent;
    private final AbsencePolicy absencePolicy;
    private final NanoClock clock;
    private volatile boolean accepted;
    private volatile long awaySinceNanos;

    WarmWorker(LaunchSpec launch, ClusterSecret secret, NanoClock clock) {
        this.clock = clock;
        RpcIdentity identity = new RpcIdentity(launch.cluster(), PeerRole.WORKER, "warm " + launch.nonce(), secret);
        this.agent = new AgentLink(launch, transport, identity, timers, new AgentEvents());
        // Nothing can use it while its agent is away, and the next agent does not want it.
        Duration patience = AbsencePolicy.REGISTRATION_DEADLINE.compareTo(launch.gracePeriod()) < 0
                ? AbsencePolicy.REGISTRATION_DEADLINE
                : launch.gracePeriod();
        this.absencePolicy = new AbsencePolicy(patience);
    }

    void start() {
        transport.start();
        awaySinceNanos = clock.nanoTime();
        agent.start();
        var unused = timers.scheduleWithFixedDelay(
                this::checkAbsence, ABSENCE_CHECK_MILLIS, ABSENCE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Completes once: with why to exit, or with nothing when the launch file names this process's life. */
    CompletableFuture<Optional<ExitReason>> over() {
        return over;
    }

    private void checkAbsence() {
        if (!agent.isUp()) {
            absencePolicy
                    .decide(new Absence(accepted, awaySinceNanos, 0, false), clock.nanoTime())
                    .ifPresent(reason -> over.complete(Optional.of(reason)));
        }
    }

    /** In bounded time. */
    @Override
    public void close() {
        agent.close();
        timers.shutdownNow();
        transport.close();
    }

    private final class AgentEvents implements AgentLink.Listener {
        @Override
        public void onWelcome(WorkerWelcome welcome) {
            if (welcome.getSuperseded()) {
                over.complete(Optional.of(ExitReason.stopped("its agent has no use for it")));
            } else if (welcome.getWaiting()) {
                accepted = true;
            } else {
                onBound();
            }
        }

        @Override
        public void onBound() {
            over.complete(Optional.empty());
        }

        @Override
        public void onAssignment(Assignment assignment) {
            throw new IllegalStateException("an assignment for a process without a life");
        }

        @Override
        public void onStop(StopWorker stop) {
            over.complete(Optional.of(ExitReason.stopped(stop.getWhy())));
        }

        @Override
        public void onAway() {
            awaySinceNanos = clock.nanoTime();
        }
    }
}
