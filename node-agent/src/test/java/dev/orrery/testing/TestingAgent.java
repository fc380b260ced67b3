package dev.orrery.testing;

import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.BindWorker;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The agent's end of a worker's connection. It can go away and come back elsewhere, as a restarted agent does. */
public final class TestingAgent implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final RpcTransport transport;
    private final Path addressFile;
    private final BlockingQueue<WorkerHello> hellos = new LinkedBlockingQueue<>();
    private final BlockingQueue<WorkerReport> reports = new LinkedBlockingQueue<>();
    private volatile WorkerWelcome welcome = WorkerWelcome.getDefaultInstance();
    private volatile RpcConnection link;
    private Optional<RpcServer> server = Optional.empty();
    private long sequence;

    public TestingAgent(RpcTransport transport, Path addressFile) {
        this.transport = transport;
        this.addressFile = addressFile;
    }

    /** Listens at a new port and says so in the address file. */
    public void start() throws IOException {
        RpcServer fresh = new RpcServer(
                transport,
                TestingNode.identity(PeerRole.AGENT, "node-1"),
                RpcLimits.defaults(),
                new HostPort("127.0.0.1", 0),
                RpcHandlers.builder()
                        .on(Protocol.REGISTER_WORKER, this::register)
                        .onNotice(Protocol.WORKER_REPORT, (connection, report) -> reports.add(report))
                        .build());
        server = Optional.of(fresh);
        Path next = addressFile.resolveSibling("agent.address.new");
        Files.writeString(next, fresh.start() + "\n");
        Files.move(next, addressFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private CompletableFuture<WorkerWelcome> register(RpcConnection connection, WorkerHello hello) {
        link = connection;
        hellos.add(hello);
        return CompletableFuture.completedFuture(welcome);
    }

    /** What a registering worker hears from now on. */
    public void welcomeWith(DesiredWorker desired) {
        welcome = WorkerWelcome.newBuilder()
                .setNode("node-1")
                .setStamp(nextStamp())
                .setDesired(desired)
                .build();
    }

    public void welcomeSuperseded() {
        welcome = WorkerWelcome.newBuilder().setSuperseded(true).build();
    }

    public void welcomeWaiting() {
        welcome = WorkerWelcome.newBuilder().setWaiting(true).build();
    }

    /** As {@link #welcomeWith} for one that comes to wait, when its launch file names its life. */
    public void welcomeBound() {
        welcome = WorkerWelcome.getDefaultInstance();
    }

    public void bind() {
        link.notify(Protocol.BIND_WORKER, BindWorker.getDefaultInstance());
    }

    private Stamp nextStamp() {
        sequence++;
        return Stamp.newBuilder()
                .setCluster("c")
                .setEpoch(1)
                .setSequence(sequence)
                .build();
    }

    public void assign(DesiredWorker desired) {
        assign(desired, nextStamp());
    }

    public void assign(DesiredWorker desired, Stamp stamp) {
        link.notify(
                Protocol.ASSIGNMENT,
                Assignment.newBuilder().setStamp(stamp).setDesired(desired).build());
    }

    public void stopWorker(String why) {
        link.notify(Protocol.STOP_WORKER, StopWorker.newBuilder().setWhy(why).build());
    }

    public WorkerHello awaitHello() throws InterruptedException {
        WorkerHello hello = hellos.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        if (hello == null) {
            throw new AssertionError("no worker registered within " + DEADLINE);
        }
        return hello;
    }

    /** The next report that fits; those before it are dropped. */
    public WorkerReport awaitReport(String what, Predicate<WorkerReport> fits) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        WorkerReport last = WorkerReport.getDefaultInstance();
        for (long left = DEADLINE.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            WorkerReport report = reports.poll(left, TimeUnit.NANOSECONDS);
            if (report != null) {
                last = report;
                if (fits.test(report)) {
                    return report;
                }
            }
        }
        throw new AssertionError("no report with " + what + " within " + DEADLINE + "; the last was " + last);
    }

    @Override
    public void close() {
        server.ifPresent(RpcServer::close);
        server = Optional.empty();
    }
}
