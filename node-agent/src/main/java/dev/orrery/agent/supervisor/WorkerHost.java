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
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the supervisor does to the world outside. Futures complete on the supervisor's thread. */
public interface WorkerHost {
    WorkerFolder folder(ActorLife life);

    /** Whether a launch was written down there. */
    boolean launchedBefore(WorkerFolder folder);

    /** Its worker has called in, which the next agent is to know. */
    void calledIn(WorkerFolder folder);

    /** Fetches what a launch needs. Fails with {@link CannotLaunchException} where this node can launch nothing now. */
    CompletableFuture<List<Path>> prepare(List<ArtifactRef> artifacts);

    /** Completes when there is a process that will call in; fails as {@link #prepare}. */
    CompletableFuture<Void> launch(DesiredWorker worker, String nonce, List<Path> artifacts);

    Verdict look(WorkerFolder folder);

    void terminate(ProcessId process);

    void kill(ProcessId process);

    /**
     * Kills all that the launch in this folder has left, its shim included; completes when none of it is there any more.
     */
    CompletableFuture<Void> endStrays(WorkerFolder folder, String nonce);

    /** The last lines of a worker's output. */
    String outputTail(WorkerFolder folder);

    /** The process of this folder is gone; what it left that nobody reads is removed. */
    void ended(WorkerFolder folder);

    /** Nobody asks for this folder any more; it may go. */
    void forgotten(WorkerFolder folder);

    /** Names the process that will serve this life: one that waits for one, or one that {@link #launch} starts. */
    String nonceFor(DesiredWorker worker);

    /**
     * Nothing is known of the process that should run here, and it should be killed: makes sure that none starts later,
     * and says how it ended.
     */
    ExitStatus giveUp(WorkerFolder folder);

    /** Runs {@code action} on the supervisor's thread. */
    void later(Duration delay, Runnable action);
}
