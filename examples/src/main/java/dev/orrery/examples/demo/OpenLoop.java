package dev.orrery.examples.demo;

import dev.orrery.PipelineRef;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at a fixed rate whether or not earlier ones were answered, as independent users do; goes through the
 * sentences again and again. On a host that is too slow for that rate it waits before a gateway's queue is full; the latency of
 * what it sends later counts from when it was due.
 */
final class OpenLoop implements AutoCloseable {
    /** Half of what a gateway lets wait by default. */
    private static final int MOST_OPEN = 512;

    private final PipelineRef pipeline;
    private final List<String> sentences;
    private final double ratePerSecond;
    private final RequestLog log;
    private final Thread thread = new Thread(this::run, "orrery-demo-load");
    private volatile boolean stopped;

    OpenLoop(PipelineRef pipeline, List<String> sentences, double ratePerSecond, RequestLog log) {
        this.pipeline = pipeline;
        this.sentences = sentences;
        this.ratePerSecond = ratePerSecond;
        this.log = log;
    }

    void start() {
        thread.start();
    }

    private void run() {
        long start = System.nanoTime();
        double interval = 1e9 / ratePerSecond;
        for (int i = 0; !stopped; i++) {
            long due = start + (long) (i * interval);
            for (long left = due - System.nanoTime(); left > 0 && !stopped; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            while (log.open() >= MOST_OPEN && !stopped) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            if (!stopped) {
                send(i % sentences.size(), due);
            }
        }
    }

    private void send(int sentence, long due) {
        int request = log.sent(sentence, due);
        try (Tensors text = Tensors.of("text", sentences.get(sentence))) {
            pipeline.infer(text).whenComplete((answer, failure) -> {
                if (failure != null) {
                    log.failed(request, failure, System.nanoTime());
                    return;
                }
                try (answer) {
                    log.answered(request, answer.get("embedding").toFloats(), System.nanoTime());
                }
            });
        }
    }

    /** Stops sending and waits until each request was answered or failed, or the deadline is over. */
    void drain(Duration deadline) throws InterruptedException {
        close();
        long end = System.nanoTime() + deadline.toNanos();
        while (log.open() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
