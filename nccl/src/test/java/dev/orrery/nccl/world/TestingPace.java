package dev.orrery.nccl.world;

import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Numbers exchanged with a peer without end, and the longest time that one exchange took. */
final class TestingPace {
    private final World world;
    private final int peer;
    private final Consumer<Throwable> onEnd;
    private long exchanges;
    private long longestNanos;

    private TestingPace(World world, int peer, Consumer<Throwable> onEnd) {
        this.world = world;
        this.peer = peer;
        this.onEnd = onEnd;
    }

    static TestingPace start(World world, int peer, Consumer<Throwable> onEnd) {
        TestingPace pace = new TestingPace(world, peer, onEnd);
        Thread thread = new Thread(pace::run, "test-pace");
        thread.setDaemon(true);
        thread.start();
        return pace;
    }

    private void run() {
        try {
            for (int number = 0; ; number++) {
                long start = System.nanoTime();
                exchange(number);
                count(System.nanoTime() - start);
                // Not more than a part of a processor.
                Thread.sleep(3);
            }
        } catch (ExecutionException e) {
            onEnd.accept(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            onEnd.accept(e);
        }
    }

    private void exchange(int number) throws ExecutionException, InterruptedException, TimeoutException {
        try (Tensor mine = TestingTensors.number(number)) {
            var sent = world.communicator().send(peer, mine);
            int theirs = TestingTensors.number(
                    world.communicator().receive(peer).get(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS));
            sent.get(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (theirs != number) {
                throw new ExecutionException(new AssertionError("got " + theirs + " for " + number));
            }
        }
    }

    private synchronized void count(long nanos) {
        exchanges++;
        longestNanos = Math.max(longestNanos, nanos);
    }

    /** How many exchanges since it was asked last, and how many milliseconds the longest took. */
    synchronized String take() {
        String taken = exchanges + " " + TimeUnit.NANOSECONDS.toMillis(longestNanos);
        exchanges = 0;
        longestNanos = 0;
        return taken;
    }
}
