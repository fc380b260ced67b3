package dev.orrery.internal.output;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.output.FollowedLogs.Gap;
import dev.orrery.internal.output.FollowedLogs.Line;
import dev.orrery.internal.output.FollowedLogs.Output;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a driver what the workers of its job print: asks again and again for what is new, on a thread of its own, so whoever is
 * slow to take the lines holds up nothing else. What comes faster than may be shown is counted instead.
 */
public final class JobOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobOutput.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 300;
    private static final long PAUSE_BEHIND_MILLIS = 50;
    /** Of a log, bytes; more is skipped. */
    private static final long MOST_BEHIND = 1 << 20;

    /** What is asked of the cluster. Each call blocks in bounded time, and throws what keeps it from an answer. */
    public interface Cluster {
        List<JobWorker> workers();

        ReadLogsResponse read(ReadLogsRequest request);
    }

    private final Cluster cluster;
    private final Consumer<String> to;
    private final NanoClock clock;
    private final FollowedLogs logs = new FollowedLogs(MOST_BEHIND);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("worker-output"));
    private LineRate rate;
    private boolean closing;

    public JobOutput(Cluster cluster, Consumer<String> to, int linesPerSecond, NanoClock clock) {
        this.cluster = cluster;
        this.to = to;
        this.clock = clock;
        this.rate = LineRate.of(linesPerSecond, clock.nanoTime());
    }

    public void start() {
        thread.schedule(this::turn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void turn() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.warn("what workers print could not be shown", e);
        } finally {
            lookLater();
        }
    }

    private void lookLater() {
        // The more there are, the more it costs to ask.
        long pause = logs.isBehind() ? PAUSE_BEHIND_MILLIS : PAUSE_MILLIS + logs.size();
        try {
            thread.schedule(this::turn, pause, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed meanwhile", e);
        }
    }

    /** Asks once for all that is new, and shows it. */
    void look() {
        try {
            logs.keepTo(cluster.workers());
        } catch (OrreryException e) {
            LOG.debug("cannot ask for the workers of the job: {}", e.getMessage());
            show(List.of());
            return;
        }
        for (ReadLogsRequest request : logs.requests()) {
            show(read(request));
        }
        show(List.of());
    }

    private List<Output> read(ReadLogsRequest request) {
        try {
            return logs.take(request, cluster.read(request));
        } catch (OrreryException e) {
            LOG.debug("cannot read what workers on {} print: {}", request.getNode(), e.getMessage());
            return logs.failed(request);
        }
    }

    private void show(List<Output> seen) {
        List<String> lines = new ArrayList<>();
        long skipped = 0;
        for (Output output : seen) {
            if (output instanceof Gap gap) {
                skipped += gap.bytes();
            } else if (output instanceof Line line && line.log().isOfInterest(line.text())) {
                lines.add(line.log().prefix() + line.text());
            }
        }
        LineRate.Step step = rate.offer(lines.size(), skipped, clock.nanoTime());
        rate = step.next();
        tellLeftOut(step);
        lines.subList(0, step.show()).forEach(to);
    }

    private void tellLeftOut(LineRate.Step step) {
        if (step.tells()) {
            String unread = step.toldUnreadBytes() == 0
                    ? ""
                    : String.format(Locale.ROOT, ", and %,d bytes unread", step.toldUnreadBytes());
            to.accept(String.format(
                    Locale.ROOT,
                    "(orrery) lines left out: %,d%s (more than %,d a second)",
                    step.toldLeftOut(),
                    unread,
                    rate.perSecond()));
        }
    }

    private void lookLast() {
        long begun = clock.nanoTime();
        do {
            look();
        } while (logs.isBehind() && clock.nanoTime() - begun < CLOSE_PATIENCE.toNanos());
        show(logs.rest());
        tellLeftOut(rate.end());
    }

    /** Shows what was printed until now, if that is soon done. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        Future<?> last = thread.submit(this::lookLast);
        try {
            last.get(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the last lines of workers are not shown", e);
        }
        thread.shutdownNow();
    }
}
