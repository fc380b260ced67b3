package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.CannotLaunchException;
import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Workers that exist only here; what is done to them is written down. */
final class TestingWorkerHost implements WorkerHost {
    final List<String> done = new ArrayList<>();
    final Map<WorkerFolder, Verdict> verdicts = new HashMap<>();
    CompletableFuture<Void> strays = CompletableFuture.completedFuture(null);
    CompletableFuture<List<Path>> prepared = CompletableFuture.completedFuture(List.of());
    Optional<String> obstacle = Optional.empty();
    final List<String> calledIn = new ArrayList<>();
    final List<Runnable> later = new ArrayList<>();
    private int nonces;
    private long pids = 100;

    @Override
    public WorkerFolder folder(ActorLife life) {
        return WorkerFolder.of(Path.of("/nowhere"), life);
    }

    @Override
    public boolean launchedBefore(WorkerFolder folder) {
        return folder.exists();
    }

    @Override
    public void calledIn(WorkerFolder folder) {
        calledIn.add(name(folder));
    }

    @Override
    public CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts) {
        return prepared;
    }

    @Override
    public CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts) {
        done.add("launch " + name(folder(worker.getLife())) + " " + nonce);
        if (obstacle.isPresent()) {
            return CompletableFuture.failedFuture(new CannotLaunchException(obstacle.get()));
        }
        pids++;
        verdicts.put(folder(worker.getLife()), new Verdict.Alive(Optional.of(new ProcessId(pids, pids))));
        return CompletableFuture.completedFuture(null);
    }

    private static String name(WorkerFolder folder) {
        return folder.root().getFileName().toString();
    }

    @Override
    public Verdict look(WorkerFolder folder) {
        return verdicts.getOrDefault(folder, new Verdict.Unknown());
    }

    @Override
    public void terminate(ProcessId process) {
        done.add("terminate " + process.pid());
    }

    @Override
    public void kill(ProcessId process) {
        done.add("kill " + process.pid());
    }

    @Override
    public CompletableFuture<Void> endStrays(WorkerFolder folder, String nonce) {
        done.add("end strays " + name(folder) + " " + nonce);
        return strays;
    }

    @Override
    public String outputTail(WorkerFolder folder) {
        return "";
    }

    @Override
    public void ended(WorkerFolder folder) {
        done.add("ended " + name(folder));
    }

    @Override
    public void forgotten(WorkerFolder folder) {
        done.add("forgotten " + name(folder));
    }

    @Override
    public String nonceFor(DesiredWorker worker) {
        nonces++;
        return "n" + nonces;
    }

    @Override
    public ExitStatus giveUp(WorkerFolder folder) {
        done.add("give up " + name(folder));
        return new ExitStatus.Lost("given up");
    }

    @Override
    public void later(Duration delay, Runnable action) {
        later.add(action);
    }
}
