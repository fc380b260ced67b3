package dev.orrery.agent;

import dev.orrery.agent.artifact.ArtifactCache;
import dev.orrery.agent.gpu.GpuOffer;
import dev.orrery.agent.process.DiskRoom;
import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.LaunchEnd;
import dev.orrery.agent.process.OutputLog;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.ProcessTable;
import dev.orrery.agent.process.RunWatch;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.process.WorkerLauncher;
import dev.orrery.agent.supervisor.WorkerHost;
import dev.orrery.agent.warm.WarmPool;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
            DiskRoom room,
            WorkerLauncher launcher,
            ArtifactCache artifacts,
            ProcessTable processes,
            RunWatch watch,
            SharedFilesSweep sharedFiles,
            LocalWarmWorkers warm,
            WarmPool pool) {}

    private final Parts parts;
    private final WorkerFolders folders;
    private final AgentThreads threads;
    private final LaunchEnd launchEnd;
    private final Consumer<WorkerFolder> touched;

    /** @param touched told, on the loop, that a process may have ended */
    LocalWorkers(Parts parts, WorkerFolders folders, AgentThreads threads, Consumer<WorkerFolder> touched) {
        this.parts = parts;
        this.folders = folders;
        this.threads = threads;
        this.launchEnd = new LaunchEnd(parts.processes(), threads.endings());
        this.touched = touched;
    }

    @Override
    public WorkerFolder folder(ActorLife life) {
        return WorkerFolder.of(parts.folder().workers(), life);
    }

    @Override
    public boolean launchedBefore(WorkerFolder folder) {
        return folder.exists();
    }

    @Override
    public void calledIn(WorkerFolder folder) {
        threads.disk().execute(() -> {
            try {
                folder.markCalledIn();
            } catch (IOException e) {
                LOG.warn("cannot note that the worker in {} has called in: {}", folder.root(), e.toString());
            }
        });
    }

    @Override
    public CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts) {
        // The disk's threads may hang: what has not failed does not go there.
        return threads.onLoop(parts.artifacts()
                .get(artifacts)
                .exceptionallyCompose(
                        failure -> CompletableFuture.supplyAsync(() -> blameDisk(failure), threads.disk())));
    }

    /** Throws instead of what failed, where the disk is a reason for that. */
    private List<Path> blameDisk(Throwable failure) {
        parts.room().require();
        throw new CompletionException(ErrorCodec.unwrap(failure));
    }

    @Override
    public CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts) {
        WorkerFolder folder = folder(worker.getLife());
        folders.use(folder);
        LaunchSpec spec =
                parts.settings().launch(worker, nonce, folder, parts.folder().address(), artifacts);
        if (parts.pool().isTaken(nonce)) {
            return bind(spec, folder);
        }
        Map<String, String> environment = GpuOffer.environment(parts.settings().gpu(), worker);
        return threads.onLoop(CompletableFuture.runAsync(() -> fork(spec, folder, environment), threads.launches()));
    }

    /** Gives the life to a process that waits for one. */
    private CompletableFuture<Void> bind(LaunchSpec spec, WorkerFolder folder) {
        WorkerFolder warm = parts.warm().folder(spec.nonce());
        return threads.onLoop(CompletableFuture.runAsync(
                        () -> {
                            parts.room().require();
                            LocalWarmWorkers.bind(spec, warm, folder);
                            watch(folder);
                        },
                        threads.launches()))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        parts.pool().written(spec.nonce());
                    } else {
                        parts.pool().notWritten(spec.nonce());
                    }
                });
    }

    private void watch(WorkerFolder folder) {
        try {
            parts.watch().add(folder);
        } catch (IOException e) {
            // A hint is all that it gives; without it the end is seen a little later.
            LOG.warn("cannot watch {}: {}", folder.run(), e.toString());
        }
    }

    private void fork(LaunchSpec spec, WorkerFolder folder, Map<String, String> environment) {
        parts.room().require();
        try {
            folder.create();
            parts.watch().add(folder);
            Process shim = parts.launcher().launch(spec, folder, environment);
            shim.onExit().thenRunAsync(() -> touched.accept(folder), threads.loop());
        } catch (IOException e) {
            parts.room().require();
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
    public CompletableFuture<Void> endStrays(WorkerFolder folder, String nonce) {
        return threads.onLoop(launchEnd.of(folder, nonce));
    }

    @Override
    public String outputTail(WorkerFolder folder) {
        return new OutputLog(folder.output()).tail();
    }

    @Override
    public void ended(WorkerFolder folder) {
        parts.watch().remove(folder);
        folders.ended(folder);
        threads.disk().execute(parts.sharedFiles());
    }

    @Override
    public void forgotten(WorkerFolder folder) {
        folders.forgotten(folder);
    }

    @Override
    public String nonceFor(DesiredWorker worker) {
        boolean fits = parts.warm().fits(GpuOffer.environment(parts.settings().gpu(), worker));
        return Optional.of(parts.pool())
                .filter(pool -> fits && worker.getGpusCount() == 0)
                .flatMap(WarmPool::take)
                .orElseGet(() -> UUID.randomUUID().toString());
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
        threads.loop().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
