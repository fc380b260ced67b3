package dev.orrery.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A scheduler that a test turns by hand: what is due, and what was merely executed, runs on the test's thread inside
 * {@link #advance} and {@link #runAll}.
 */
public final class ManualTimers extends AbstractExecutorService implements ScheduledExecutorService {
    private final TestingClock clock;
    private final PriorityQueue<Timer<?>> timers = new PriorityQueue<>(
            Comparator.comparingLong((Timer<?> t) -> t.dueNanos).thenComparingLong(t -> t.number));
    private final Deque<Runnable> ready = new ArrayDeque<>();
    private long numbers;
    private boolean shutdown;

    public ManualTimers(TestingClock clock) {
        this.clock = clock;
    }

    /** Turns the clock to each due timer in order, runs it, and ends {@code time} later. */
    public void advance(Duration time) {
        long end = clock.nanoTime() + time.toNanos();
        runAll();
        for (Optional<Timer<?>> due = due(end); due.isPresent(); due = due(end)) {
            clock.set(Math.max(clock.nanoTime(), due.get().dueNanos));
            due.get().run();
            runAll();
        }
        clock.set(end);
    }

    /** Runs what was executed without delay, and what that executes. */
    public void runAll() {
        for (Runnable next = nextReady(); next != null; next = nextReady()) {
            next.run();
        }
    }

    private synchronized Runnable nextReady() {
        return ready.poll();
    }

    private synchronized Optional<Timer<?>> due(long until) {
        Timer<?> first = timers.peek();
        return first != null && first.dueNanos - until <= 0 ? Optional.of(timers.remove()) : Optional.empty();
    }

    @Override
    public synchronized void execute(Runnable command) {
        ready.add(command);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return add(new Timer<>(Executors.callable(command), unit.toNanos(delay), 0));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return add(new Timer<>(callable, unit.toNanos(delay), 0));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initial, long period, TimeUnit unit) {
        return add(new Timer<>(Executors.callable(command), unit.toNanos(initial), unit.toNanos(period)));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
        return scheduleAtFixedRate(command, initial, delay, unit);
    }

    private synchronized <V> Timer<V> add(Timer<V> timer) {
        timer.number = numbers++;
        timers.add(timer);
        return timer;
    }

    private synchronized void remove(Timer<?> timer) {
        timers.remove(timer);
    }

    @Override
    public synchronized void shutdown() {
        shutdown = true;
        timers.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isShutdown();
    }

    private final class Timer<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
        private final long periodNanos;
        private long dueNanos;
        private long number;

        private Timer(Callable<V> body, long delayNanos, long periodNanos) {
            super(body);
            this.dueNanos = clock.nanoTime() + delayNanos;
            this.periodNanos = periodNanos;
        }

        @Override
        public void run() {
            if (!isPeriodic()) {
                super.run();
            } else if (runAndReset()) {
                dueNanos += periodNanos;
                add(this);
            }
        }

        @Override
        public boolean isPeriodic() {
            return periodNanos != 0;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            remove(this);
            return super.cancel(mayInterruptIfRunning);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
