package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.PipelineRef;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Sends texts to a pipeline of {@link Append} stages at a steady rate, and knows what each must become. */
final class SteadyLoad implements AutoCloseable {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(40);

    private final PipelineRef pipeline;
    private final String suffix;
    private final long intervalNanos;
    private final Thread thread = new Thread(this::run, "steady-load");
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Integer, List<String>> answers = new ConcurrentHashMap<>();
    private final Map<Integer, Throwable> failures = new ConcurrentHashMap<>();
    private final Queue<Timed> times = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /** @param suffix what the stages append, like {@code >a>b} */
    SteadyLoad(PipelineRef pipeline, String suffix, int perSecond) {
        this.pipeline = pipeline;
        this.suffix = suffix;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    SteadyLoad start() {
        thread.start();
        return this;
    }

    private void run() {
        long due = System.nanoTime();
        while (!stopped) {
            send();
            due += intervalNanos;
            LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
        }
    }

    private void send() {
        int number = sent.getAndIncrement();
        open.incrementAndGet();
        long start = System.nanoTime();
        try (Tensors request = Tensors.of("text", "r" + number)) {
            pipeline.infer(request).whenComplete((answer, failure) -> {
                if (failure != null) {
                    failures.put(number, failure);
                } else {
                    try (answer) {
                        answers.computeIfAbsent(number, key -> new ArrayList<>())
                                .add(answer.get("text").toStrings().get(0));
                    }
                }
                times.add(new Timed(start, System.nanoTime()));
                open.decrementAndGet();
            });
        }
    }

    /** Sends so many at once, beside the steady ones. */
    void burst(int requests) {
        for (int i = 0; i < requests; i++) {
            send();
        }
    }

    int sent() {
        return sent.get();
    }

    int answered() {
        return answers.size();
    }

    Duration longestAnswer() {
        return Duration.ofNanos(times.stream().mapToLong(Timed::nanos).max().orElse(0));
    }

    /** When each request was sent and answered, in the order of the answers. */
    List<Timed> times() {
        return List.copyOf(times);
    }

    record Timed(long sentNanos, long doneNanos) {
        long nanos() {
            return doneNanos - sentNanos;
        }
    }

    /** Stops, waits for every answer, and checks that each request was answered once, rightly. */
    void finishAndExpectEachAnsweredOnce() throws InterruptedException {
        close();
        long end = System.nanoTime() + ANSWER_TIMEOUT.toNanos();
        while (open.get() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertEquals(Map.of(), new TreeMap<>(failures), "failed requests");
        Map<Integer, List<String>> expected = new TreeMap<>();
        for (int number = 0; number < sent.get(); number++) {
            expected.put(number, List.of("r" + number + suffix));
        }
        assertEquals(expected, new TreeMap<>(answers));
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
