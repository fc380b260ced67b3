package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.LifeFate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The end of a worker that tasks pay for which have no retries left. */
final class WorkerDeath {
    /** A process with a large heap that is full takes seconds to end. */
    private static final Duration VERDICT_PATIENCE = Duration.ofSeconds(15);

    private WorkerDeath() {}

    /** Finds out how it died, and fails the tasks with that; completes then, and never fails. */
    static CompletableFuture<Void> tell(ClusterClient client, TaskWorker worker, List<SubmittedTask> doomed) {
        return client.fate(worker.life(), patience(doomed))
                .thenAccept(fate -> doomed.forEach(task -> died(task, worker, fate)));
    }

    private static Duration patience(List<SubmittedTask> doomed) {
        return Stream.concat(Stream.of(VERDICT_PATIENCE), doomed.stream().map(SubmittedTask::left))
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static void died(SubmittedTask task, TaskWorker worker, LifeFate fate) {
        Optional<Failure> cause =
                fate instanceof LifeFate.Dead dead ? dead.why().failure() : Optional.empty();
        String times = task.deaths() > 1 ? ", as %d before it".formatted(task.deaths() - 1) : "";
        task.end(task.error(
                ErrorCode.WORKER_DIED,
                "%s, which had %s, died%s; whether it has run is not known (retries: %d)"
                        .formatted(worker, task, times, task.options().retries()),
                cause));
    }
}
