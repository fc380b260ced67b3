package dev.orrery.examples.demo;

import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ClusterView;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Feeds the live view a few times a second. */
final class Progress implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration VIEW_TIMEOUT = Duration.ofMillis(200);
    private static final int RECENT = 200;

    private final RequestLog log;
    private final ClusterObserver observer;
    private final LiveView view;
    private final int expected;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("demo-progress"));
    private int answeredBefore;
    private long nanosBefore;
    private String status = "";

    Progress(RequestLog log, ClusterObserver observer, LiveView view, int expected) {
        this.log = log;
        this.observer = observer;
        this.view = view;
        this.expected = expected;
    }

    void start() {
        nanosBefore = System.nanoTime();
        timer.scheduleWithFixedDelay(this::show, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void show() {
        int answered = log.answered();
        long now = System.nanoTime();
        double perSecond = (answered - answeredBefore) * 1e9 / Math.max(1, now - nanosBefore);
        answeredBefore = answered;
        nanosBefore = now;
        double[] recent = log.newestMillis(RECENT);
        try {
            status = describe(observer.cluster(VIEW_TIMEOUT));
        } catch (OrreryException e) {
            status = "(no head)";
        }
        view.progress(
                answered,
                Math.max(expected, log.requests()),
                perSecond,
                RequestLog.percentile(recent, 0.5),
                RequestLog.percentile(recent, 0.99),
                status);
    }

    private static String describe(ClusterView view) {
        String stages = view.getPipelinesList().stream()
                .flatMap(pipeline -> pipeline.getStagesList().stream())
                .map(stage -> stage.getName() + " " + stage.getServing())
                .collect(Collectors.joining(", "));
        long ready = view.getWorldsList().stream()
                .filter(world -> world.getState().equals("READY"))
                .count();
        return stages + "; " + ready + " worlds ready";
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
