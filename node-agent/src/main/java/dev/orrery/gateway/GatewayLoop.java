package dev.orrery.gateway;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** The one thread that a gateway's core belongs to: runs what is posted, in order, and the core's deadlines in between. */
final class GatewayLoop {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BlockingQueue<LongConsumer> tasks = new LinkedBlockingQueue<>();
    private final String name;
    private final NanoClock clock;
    private final Supplier<OptionalLong> nextDeadline;
    private final LongConsumer onDeadline;
    private final Consumer<Throwable> onDefect;
    private volatile boolean ended;

    GatewayLoop(
            String name,
            NanoClock clock,
            Supplier<OptionalLong> nextDeadline,
            LongConsumer onDeadline,
            Consumer<Throwable> onDefect) {
        this.name = name;
        this.clock = clock;
        this.nextDeadline = nextDeadline;
        this.onDeadline = onDeadline;
        this.onDefect = onDefect;
    }

    void start() {
        new NamedThreads(name).newThread(this::run).start();
    }

    /** @param task is given the time at which it runs */
    void post(LongConsumer task) {
        tasks.add(task);
    }

    /** Ends the thread after the task that runs now. */
    void end() {
        ended = true;
        tasks.add(now -> {});
    }

    private void run() {
        try {
            while (!ended) {
                LongConsumer task = tasks.poll(untilDeadline(), TimeUnit.NANOSECONDS);
                if (task != null) {
                    task.accept(clock.nanoTime());
                }
                if (untilDeadline() == 0) {
                    onDeadline.accept(clock.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            onDefect.accept(e);
        } catch (RuntimeException | Error e) {
            // The core may be half changed: requests are safe only with their clients now, who resend them.
            onDefect.accept(e);
        }
    }

    private long untilDeadline() {
        OptionalLong next = nextDeadline.get();
        return next.isEmpty() ? IDLE_NANOS : Math.max(0, Math.min(IDLE_NANOS, next.getAsLong() - clock.nanoTime()));
    }
}
