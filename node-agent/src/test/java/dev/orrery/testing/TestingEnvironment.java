package dev.orrery.testing;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Device;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.launch.LaunchSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker process for one actor in a test: real connections, worlds in memory, clock and timers by hand. */
public final class TestingEnvironment implements ActorEnvironment {
    private static final long DEADLINE_SECONDS = 30;

    private final TestingClock clock = new TestingClock();
    private final ManualTimers timers = new ManualTimers(clock);
    private final BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<Duration>> leases = new LinkedBlockingQueue<>();
    private final LaunchSpec launch;
    private final DesiredWorker desired;
    private final WorldManager worlds;
    private final RpcTransport transport;
    private volatile List<HostPort> heads = List.of();

    public TestingEnvironment(LaunchSpec launch, DesiredWorker desired, WorldManager worlds, RpcTransport transport) {
        this.launch = launch;
        this.desired = desired;
        this.worlds = worlds;
        this.transport = transport;
    }

    public void awaitChange() throws InterruptedException {
        if (changes.poll(DEADLINE_SECONDS, TimeUnit.SECONDS) == null) {
            throw new AssertionError("nothing changed within " + DEADLINE_SECONDS + " s; failures: " + failures);
        }
    }

    public Failure awaitFailure() throws InterruptedException {
        Failure failure = failures.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (failure == null) {
            throw new AssertionError("nothing failed within " + DEADLINE_SECONDS + " s");
        }
        return failure;
    }

    public boolean failed() {
        return !failures.isEmpty();
    }

    @Override
    public LaunchSpec launch() {
        return launch;
    }

    @Override
    public ActorLife life() {
        return launch.life();
    }

    @Override
    public DesiredWorker desired() {
        return desired;
    }

    @Override
    public WorldManager worlds() {
        return worlds;
    }

    @Override
    public List<Device> devices() {
        return List.of();
    }

    @Override
    public RpcTransport transport() {
        return transport;
    }

    @Override
    public RpcIdentity identity() {
        return TestingNode.identity(PeerRole.WORKER, launch.life().getActor());
    }

    @Override
    public TestingClock clock() {
        return clock;
    }

    @Override
    public ManualTimers timers() {
        return timers;
    }

    /** What was asked for, to be granted or refused. */
    public CompletableFuture<Duration> awaitLeaseRequest() throws InterruptedException {
        CompletableFuture<Duration> asked = leases.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (asked == null) {
            throw new AssertionError("no lease was asked for within " + DEADLINE_SECONDS + " s");
        }
        return asked;
    }

    /** Where its actor finds them; by default there are none. */
    public TestingEnvironment heads(List<HostPort> addresses) {
        heads = List.copyOf(addresses);
        return this;
    }

    @Override
    public List<HostPort> heads() {
        return heads;
    }

    @Override
    public CompletableFuture<Duration> renewLease() {
        CompletableFuture<Duration> asked = new CompletableFuture<>();
        leases.add(asked);
        return asked;
    }

    @Override
    public void changed() {
        changes.add(true);
    }

    @Override
    public void fatal(Failure failure) {
        failures.add(failure);
    }

    @Override
    public void superseded(String how) {
        throw new AssertionError("unexpected: superseded, " + how);
    }
}
