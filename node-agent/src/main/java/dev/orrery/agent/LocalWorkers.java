package dev.orrery.agent;

import dev.orrery.agent.artifact.ArtifactCache;
import dev.orrery.agent.gpu.GpuOffer;
import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.OutputLog;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.ProcessTable;
import dev.orrery.agent.process.RunWatch;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.process.WorkerLauncher;
import dev.orrery.agent.supervisor.WorkerHost;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Workers as processes of this host. */
final class LocalWorkers implements WorkerHost {
    private static final Logger LOG = LoggerFactory.getLogger(LocalWorkers.class);

    /** What the processes are made from. */
    record Parts(
            AgentSettings settings,
            NodeFolder folder,
            WorkerLauncher launcher,
            ArtifactCache artifacts,
            ProcessTable processes,
            RunWatch watch,
            SharedFilesSweep sharedFiles) {}

    private final Parts parts;
    private final WorkerFolders folders;
    private final ScheduledExecutorService loop;
    private final Executor forks;
    private final Consumer<WorkerFolder> touched;

    /**
     * @param loop the supervisor's thread
     * @param forks where launches may wait for the disk
     * @param touched told, on the loop, that a process may have ended
     */
    LocalWorkers(
            Parts parts,
            WorkerFolders folders,
            ScheduledExecutorService loop,
            Executor forks,
            Consumer<WorkerFolder> touched) {
        this.parts = parts;
        this.folders = folders;
        this.loop = loop;
        this.forks = forks;
        this.touched = touched;
    }

    @Override
    public WorkerFolder folder(ActorLife life) {
        return WorkerFolder.of(parts.folder().workers(), life);
    }

    @Override
    public CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts) {
        return onLoop(parts.artifacts().get(artifacts));
    }

    @Override
    public CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts) {
        WorkerFolder folder = folder(worker.getLife());
        folders.use(folder);
        LaunchSpec spec = spec(worker, nonce, folder, artifacts);
        Map<String, String> environment = GpuOffer.environment(parts.settings().gpu(), worker);
        return onLoop(CompletableFuture.runAsync(() -> fork(spec, folder, environment), forks));
    }

    private LaunchSpec spec(DesiredWorker worker, String nonce, WorkerFolder folder, List<Path> artifacts) {
        AgentSettings settings = parts.settings();
        return new LaunchSpec(
                nonce,
                worker.getLife(),
                worker.getLabel(),
                settings.name(),
                settings.host(),
                settings.bind().host(),
                settings.cluster(),
                settings.secretFile(),
                parts.folder().address(),
                folder.root(),
                settings.gracePeriod(),
                settings.worlds(),
                new GpuLaunch(settings.gpu().cudaLib(), settings.gpu().ncclLib(), worker.getGpusList()),
                artifacts);
    }

    private void fork(LaunchSpec spec, WorkerFolder folder, Map<String, String> environment) {
        try {
            folder.create();
            parts.watch().add(folder);
            Process shim = parts.launcher().launch(spec, folder, environment);
            shim.onExit().thenRunAsync(() -> touched.accept(folder), loop);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the worker in " + folder.root(), e);
        }
    }

    /** Watches a folder that was found; its processes are not this agent's children. */
    void adopt(WorkerFolder folder) throws IOException {
        folders.use(folder);
        parts.watch().add(folder);
    }

    @Override
    public Verdict look(WorkerFolder folder) {
        return Verdict.look(folder, parts.processes());
    }

    @Override
    public void terminate(ProcessId process) {
        parts.processes().terminate(process);
    }

    @Override
    public void kill(ProcessId process) {
        parts.processes().kill(process);
    }

    @Override
    public String outputTail(WorkerFolder folder) {
        return new OutputLog(folder.output()).tail();
    }

    @Override
    public void ended(WorkerFolder folder) {
        parts.watch().remove(folder);
        folders.ended(folder);
        forks.execute(parts.sharedFiles());
    }

    @Override
    public void forgotten(WorkerFolder folder) {
        folders.forgotten(folder);
    }

    @Override
    public String newNonce() {
        return UUID.randomUUID().toString();
    }

    @Override
    public ExitStatus giveUp(WorkerFolder folder) {
        try {
            folder.preventStart();
        } catch (IOException e) {
            LOG.warn("cannot mark {} as given up: {}", folder.root(), e.getMessage());
        }
        return new ExitStatus.Lost("no process of it was ever seen");
    }

    @Override
    public void later(Duration delay, Runnable action) {
        loop.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private <T> CompletableFuture<T> onLoop(CompletableFuture<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        work.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                },
                loop);
        return result;
    }
}
