package dev.orrery.agent;

import dev.orrery.agent.artifact.ArtifactCache;
import dev.orrery.agent.desired.DesiredFiles;
import dev.orrery.agent.desired.DesiredSets;
import dev.orrery.agent.gpu.FoundGpus;
import dev.orrery.agent.gpu.GpuOffer;
import dev.orrery.agent.gpu.GpuProbe;
import dev.orrery.agent.link.HeadLink;
import dev.orrery.agent.process.ClassArchive;
import dev.orrery.agent.process.DiskRoom;
import dev.orrery.agent.process.LinuxProcesses;
import dev.orrery.agent.process.RunWatch;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.process.WorkerLauncher;
import dev.orrery.agent.process.WorkerScan;
import dev.orrery.agent.supervisor.FoundWorker;
import dev.orrery.agent.supervisor.Supervisor;
import dev.orrery.agent.supervisor.SupervisorSettings;
import dev.orrery.agent.warm.WarmPool;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.worker.launch.DurableFile;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node agent: one supervisor on one thread, the heads on one side of it and the workers on the other. */
public final class AgentProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    private static final int IO_THREADS = 2;
    /** Beyond the stop timeout, for the kernel to free what killed workers held. */
    private static final Duration KILL_SLACK = Duration.ofSeconds(5);

    private final AgentSettings settings;
    private final NodeFolder folder;
    private final String instance = UUID.randomUUID().toString();
    private final AgentThreads threads = new AgentThreads();
    private final DesiredSets desired;
    private final WorkerLogs logs;
    private final WorkerFolders folders;
    private final DiskRoom room;
    private final ClassArchive archive;
    private final WhenQuiet archiving;
    private final WorkerLauncher launcher;
    private final RpcTransport transport = new RpcTransport("agent", IO_THREADS);
    private final RunWatch watch = new RunWatch(this::touchedLater);
    private final SharedFilesSweep sharedFiles;
    private final GpuProbe gpuProbe;
    private final CountDownLatch closed = new CountDownLatch(1);
    private LinuxProcesses processes;
    private Supervisor supervisor;
    private LocalWorkers workers;
    private LocalWarmWorkers warmWorkers;
    private WarmPool warm;
    private HeadLink heads;
    private RpcServer server;
    private boolean closing;
    private volatile boolean stopping;
    /** Known before the first head is dialled. */
    private volatile NodeGpus gpus = NodeGpus.getDefaultInstance();

    AgentProcess(Config config, AgentMain.Mains mains) {
        this.settings = AgentSettings.of(config);
        this.sharedFiles = new SharedFilesSweep(
                List.of(settings.worlds().folder(), settings.worlds().socketFolder()), ValueStore.parents());
        this.folder = new NodeFolder(settings.dataDir());
        this.desired = new DesiredSets(new DesiredFiles(folder.desiredSet(), folder.cluster()));
        this.room = DiskRoom.of(
                settings.dataDir(), settings.host(), () -> threads.loop().execute(() -> heads.changed()));
        this.logs = new WorkerLogs(folder.workers(), folder.warm(), threads.logs());
        this.folders = new WorkerFolders(folder.workers(), settings.workerLogLimit(), logs);
        this.archive = new ClassArchive(
                folder.classArchive(), settings.workerClassPath(), settings.workerJavaOptions(), mains.worker());
        this.launcher = new WorkerLauncher(
                folder.shim(), settings.workerClassPath(), settings.workerJavaOptions(), mains.worker(), archive);
        this.archiving = new WhenQuiet(this::makeArchive, NanoClock.SYSTEM.nanoTime());
        this.gpuProbe = new GpuProbe(folder.gpuProbe(), settings.workerClassPath(), mains.gpuProbe(), settings.gpu());
    }

    /** Returns when the agent listens; it finds the leader on its own. Throws what keeps it from that; close it then too. */
    public void start() throws IOException {
        folder.open();
        CompletableFuture<FoundGpus> looking = CompletableFuture.supplyAsync(gpuProbe::run, threads.disk());
        desired.load();
        launcher.install();
        processes = LinuxProcesses.open();
        transport.start();
        watch.start();
        RpcIdentity identity = new RpcIdentity(
                settings.cluster(), PeerRole.AGENT, settings.name(), SecretFile.read(settings.secretFile()));
        wire(identity);
        threads.disk().execute(sharedFiles);
        warmWorkers.sweep();
        List<FoundWorker> found = scan();
        threads.call(() -> supervisor.start(found, desired.current()));
        HostPort address = server.start();
        announce(address);
        looking.thenAcceptAsync(this::join, threads.loop());
        threads.call(warm::start);
        threads.startTicking(this::tick, this::tidy, settings.heartbeat());
        LOG.info(
                "agent {} of cluster {} listens at {}, folder {}",
                settings.name(),
                settings.cluster(),
                address,
                folder);
    }

    /** The node's first word to a head tells all of its GPUs, so that none seems to be gone after an agent's restart. */
    private void join(FoundGpus found) {
        gpus = GpuOffer.of(settings.gpu(), found);
        LOG.info("agent {}: {}", settings.name(), GpuOffer.summary(settings.gpu(), gpus));
        heads.start();
    }

    private void tick(boolean lookAtProcesses) {
        supervisor.tick(lookAtProcesses);
        warm.tick(supervisor.isStarting());
        archiving.tick(supervisor.isStarting(), NanoClock.SYSTEM.nanoTime());
    }

    private void tidy() {
        folders.tidy();
        room.look();
    }

    private void makeArchive() {
        if (settings.classArchive()) {
            WorkerFolder place = new WorkerFolder(folder.classArchive().resolve("rehearsal"));
            LaunchSpec rehearsal = settings.launch(
                    DesiredWorker.getDefaultInstance(), "rehearsal", place, folder.address(), List.of());
            threads.disk().execute(() -> archive.prepare(rehearsal));
        }
    }

    private void wire(RpcIdentity identity) {
        RpcHandlers forHeads = RpcHandlers.builder()
                .on(Protocol.DESIRED_SET, this::onDesiredSet)
                .on(Protocol.READ_LOGS, (connection, request) -> logs.read(request))
                .build();
        RpcClient client = new RpcClient(transport, identity, RpcLimits.defaults(), forHeads);
        heads = new HeadLink(
                client::connect,
                threads.loop(),
                settings.heads(),
                settings.heartbeat(),
                new HeadLink.Node(this::hello, this::report, desired::joined));
        ArtifactCache artifacts = new ArtifactCache(folder.artifacts(), heads, threads.disk());
        DesiredWorker nobody = DesiredWorker.newBuilder().setLabel("warm").build();
        warmWorkers = new LocalWarmWorkers(
                folder,
                launcher,
                processes,
                threads,
                GpuOffer.environment(settings.gpu(), nobody),
                (nonce, place) -> settings.launch(nobody, nonce, place, folder.address(), List.of()));
        warm = new WarmPool(warmWorkers, NanoClock.SYSTEM, settings.warmWorkers(), heads::changed);
        workers = new LocalWorkers(
                new LocalWorkers.Parts(
                        settings, folder, room, launcher, artifacts, processes, watch, sharedFiles, warmWorkers, warm),
                folders,
                threads,
                touched -> supervisor.touched(touched));
        supervisor = new Supervisor(
                workers,
                NanoClock.SYSTEM,
                new SupervisorSettings(settings.name(), settings.host(), settings.stopTimeout()),
                heads::changed);
        server = new RpcServer(
                transport,
                identity,
                RpcLimits.defaults(),
                settings.bind(),
                new WorkerEndpoint(supervisor, warm, threads.loop(), settings.heads(), this::renewLease).handlers());
    }

    private CompletableFuture<RenewLeaseResponse> renewLease(RenewLeaseRequest request) {
        return heads.renewLease(request.toBuilder().setNode(settings.name()).build());
    }

    private List<FoundWorker> scan() throws IOException {
        List<FoundWorker> found = new ArrayList<>();
        for (WorkerScan.Found worker : WorkerScan.of(folder.workers(), processes)) {
            if (!(worker.verdict() instanceof Verdict.Gone)) {
                workers.adopt(worker.folder());
            }
            worker.launch().ifPresent(launch -> {
                folders.use(worker.folder());
                found.add(new FoundWorker(
                        launch,
                        worker.folder(),
                        worker.verdict(),
                        worker.folder().hasCalledIn(),
                        worker.folder().isCleared()));
            });
        }
        return found;
    }

    /** Workers read this file before each attempt to call in. */
    private void announce(HostPort address) throws IOException {
        boolean everywhere = address.host().equals("0.0.0.0") || address.host().equals("::");
        HostPort near = everywhere ? new HostPort("127.0.0.1", address.port()) : address;
        DurableFile.write(folder.address(), (near + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private NodeHello hello() {
        return NodeHello.newBuilder()
                .setNode(settings.name())
                .setAgentInstance(instance)
                .setBootId(processes.bootId())
                .setResources(Resources.newBuilder()
                        .setMilliCpus(settings.milliCpus())
                        .setMemoryBytes(settings.memoryBytes())
                        .putAllMilliNamed(settings.milliResources())
                        .setGpus(GpuOffer.slots(settings.gpu(), gpus)))
                .setGpus(gpus)
                .putAllLabels(settings.labels())
                .setHost(settings.host())
                .setKnownCluster(desired.cluster().orElse(""))
                .build();
    }

    private NodeReport report() {
        return supervisor.report().toBuilder()
                .setAgentInstance(instance)
                .setWarmWorkers(warm.waiting())
                .setCannotLaunch(room.obstacle().orElse(""))
                .build();
    }

    private CompletableFuture<DesiredSetAck> onDesiredSet(RpcConnection connection, DesiredSet set) {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (stopping) {
                        throw OrreryException.of(ErrorCode.UNAVAILABLE, "agent " + settings.name() + " is stopping");
                    }
                    if (desired.offer(set)) {
                        supervisor.apply(set);
                    }
                    return DesiredSetAck.newBuilder()
                            .setApplied(desired.stamp())
                            .build();
                },
                threads.loop());
    }

    private void touchedLater(WorkerFolder touched) {
        threads.loop().execute(() -> supervisor.touched(touched));
    }

    /** Ends the agent; its workers only if the configuration says so. Idempotent; at most the stop timeout and 10 s. */
    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        gpuProbe.close();
        archive.close();
        if (supervisor != null && settings.stopWorkersOnExit()) {
            stopWorkers();
        }
        if (warm != null) {
            endWarmWorkers();
        }
        if (heads != null) {
            threads.call(heads::close);
        }
        if (server != null) {
            server.close();
        }
        try {
            watch.close();
        } catch (IOException e) {
            LOG.warn("cannot end the watch of the workers' folders: {}", e.toString());
        }
        transport.close();
        threads.close();
        if (processes != null) {
            processes.close();
        }
        folder.close();
        closed.countDown();
        LOG.info("agent {} has ended", settings.name());
    }

    private void stopWorkers() {
        stopping = true;
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.call(() -> {
            supervisor.stopAll();
            threads.whenTrue(supervisor::isEmpty, done);
        });
        try {
            done.get(settings.stopTimeout().plus(KILL_SLACK).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.error("workers of agent {} did not end: {}", settings.name(), threads.ask(supervisor::left));
        }
    }

    private void endWarmWorkers() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.call(() -> {
            warm.close();
            threads.whenTrue(warm::isEmpty, done);
        });
        try {
            done.get(KILL_SLACK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.error("warm workers of agent {} did not end; the next agent of this node ends them", settings.name());
        }
    }

    /** Blocks until {@link #close()} is done. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }
}
