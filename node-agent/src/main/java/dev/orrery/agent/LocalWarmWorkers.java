package dev.orrery.agent;

import dev.orrery.agent.process.LaunchEnd;
import dev.orrery.agent.process.ProcessTable;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.process.WorkerLauncher;
import dev.orrery.agent.warm.WarmHost;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Processes of this host that no life is bound to: each in a folder of its own that is named after its nonce. */
final class LocalWarmWorkers implements WarmHost {
    private static final Logger LOG = LoggerFactory.getLogger(LocalWarmWorkers.class);

    private final NodeFolder node;
    private final WorkerLauncher launcher;
    private final ProcessTable processes;
    private final AgentThreads threads;
    private final LaunchEnd launchEnd;
    private final Map<String, String> environment;
    private final BiFunction<String, WorkerFolder, LaunchSpec> specs;

    /**
     * @param environment what the processes get beside this one's own
     * @param specs makes the launch of a nonce in a folder, without a life
     */
    LocalWarmWorkers(
            NodeFolder node,
            WorkerLauncher launcher,
            ProcessTable processes,
            AgentThreads threads,
            Map<String, String> environment,
            BiFunction<String, WorkerFolder, LaunchSpec> specs) {
        this.node = node;
        this.launcher = launcher;
        this.processes = processes;
        this.threads = threads;
        this.launchEnd = new LaunchEnd(processes, threads.endings());
        this.environment = Map.copyOf(environment);
        this.specs = specs;
    }

    WorkerFolder folder(String nonce) {
        return new WorkerFolder(node.warm().resolve(nonce));
    }

    /** Whether a process that sees only {@code wanted} beside the agent's environment can be one of these. */
    boolean fits(Map<String, String> wanted) {
        return environment.equals(wanted);
    }

    @Override
    public String newNonce() {
        return UUID.randomUUID().toString();
    }

    @Override
    public CompletableFuture<Void> start(String nonce) {
        WorkerFolder folder = folder(nonce);
        return threads.onLoop(CompletableFuture.runAsync(() -> fork(nonce, folder), threads.launches()));
    }

    private void fork(String nonce, WorkerFolder folder) {
        try {
            launcher.launch(specs.apply(nonce, folder), folder, environment);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a process in " + folder.root(), e);
        }
    }

    @Override
    public boolean isGone(String nonce) {
        return Verdict.look(folder(nonce), processes) instanceof Verdict.Gone;
    }

    /** Blocks on the disk. After it, an agent that finds the folders knows whose process this is. */
    static void bind(LaunchSpec bound, WorkerFolder warm, WorkerFolder life) {
        try {
            // Alone it means nothing: a process that no life's folder leads to is ended by the next agent.
            bound.writeTo(warm.launchFile());
            life.linkTo(warm);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot bind the process in " + warm.root() + " to " + life.root(), e);
        }
    }

    @Override
    public CompletableFuture<Void> end(String nonce) {
        return threads.onLoop(end(folder(nonce), nonce));
    }

    private CompletableFuture<Void> end(WorkerFolder folder, String nonce) {
        return launchEnd.of(folder, nonce).thenRunAsync(() -> remove(folder), threads.disk());
    }

    private static void remove(WorkerFolder folder) {
        try {
            folder.remove();
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", folder.root(), e.toString());
        }
    }

    /** Ends what an agent before this one has left and bound to no life. Returns when it is known which that is. */
    void sweep() throws IOException {
        for (WorkerFolder folder : unbound()) {
            String nonce = folder.root().getFileName().toString();
            LOG.info("ending the warm worker {}, which an agent before this one has left", nonce);
            folder.preventStart();
            var unused = end(folder, nonce);
        }
    }

    private List<WorkerFolder> unbound() throws IOException {
        Set<WorkerFolder> bound = new HashSet<>();
        try (Stream<Path> lives = Files.list(node.workers())) {
            for (Path life : lives.filter(Files::isSymbolicLink).toList()) {
                if (Files.exists(life)) {
                    bound.add(new WorkerFolder(life).origin());
                } else {
                    LOG.warn("removing {}, for what it leads to is not there", life);
                    Files.delete(life);
                }
            }
        }
        List<WorkerFolder> unbound = new ArrayList<>();
        try (Stream<Path> all = Files.list(node.warm())) {
            for (Path path : all.toList()) {
                WorkerFolder folder = new WorkerFolder(path).origin();
                if (!bound.contains(folder)) {
                    unbound.add(folder);
                }
            }
        }
        return unbound;
    }
}
