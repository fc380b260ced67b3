package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the supervisor does to the world outside. Futures complete on the supervisor's thread. */
public interface WorkerHost {
    WorkerFolder folder(ActorLife life);

    /** Fetches what a launch needs. */
    CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts);

    /** Completes when the process has been forked. */
    CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts);

    Verdict look(WorkerFolder folder);

    void terminate(ProcessId process);

    void kill(ProcessId process);

    /** The last lines of a worker's output. */
    String outputTail(WorkerFolder folder);

    /** The process of this folder is gone; what it left that nobody reads is removed. */
    void ended(WorkerFolder folder);

    /** Nobody asks for this folder any more; it may go. */
    void forgotten(WorkerFolder folder);

    String newNonce();

    /**
     * Nothing is known of the process that should run here, and it should be killed: makes sure that none starts later,
     * and says how it ended.
     */
    ExitStatus giveUp(WorkerFolder folder);

    /** Runs {@code action} on the supervisor's thread. */
    void later(Duration delay, Runnable action);
}
