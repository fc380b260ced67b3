package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallDeadlinesTest {
    private final FrozenChannel channel = new FrozenChannel();
    private final NanoClock clock = channel.clock();
    private final long begin = clock.nanoTime();
    private final List<Long> ends = new ArrayList<>();
    private final List<Long> looks = new ArrayList<>();
    private Duration lookTakes = Duration.ZERO;
    private final CallDeadlines deadlines = new CallDeadlines(channel.eventLoop(), clock, this::endOverdue);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private OptionalLong endOverdue(long now) {
        looks.add((now - begin) / 1_000_000);
        ends.removeIf(end -> end - now <= 0);
        channel.advanceTimeBy(lookTakes.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
        return ends.stream().mapToLong(Long::longValue).min();
    }

    private void enter(int millis) {
        long end = begin + Duration.ofMillis(millis).toNanos();
        ends.add(end);
        deadlines.watch(end);
        channel.runPendingTasks();
    }

    private void passMillis(int count) {
        for (int i = 0; i < count; i++) {
            channel.pass(Duration.ofMillis(1));
        }
    }

    @Test
    void looksOnceForWhicheverEndsNext() {
        enter(30);
        enter(50);
        enter(10);
        enter(40);
        passMillis(60);
        assertEquals(List.of(10L, 30L, 40L, 50L), looks);
        assertEquals(List.of(), ends);
    }

    @Test
    void callsThatEndedMeanwhileCostNoLookEach() {
        enter(10);
        for (int i = 11; i < 40; i++) {
            enter(i);
        }
        ends.clear();
        passMillis(60);
        assertEquals(List.of(10L), looks);
        enter(80);
        passMillis(30);
        assertEquals(List.of(10L, 80L), looks);
    }

    @Test
    void looksLessOftenWhereALookTakesLong() {
        lookTakes = Duration.ofMillis(1);
        for (int i = 1; i < 30; i++) {
            enter(i);
        }
        passMillis(60);
        assertEquals(List.of(), ends);
        assertEquals(1L, looks.get(0));
        for (int i = 1; i < looks.size(); i++) {
            assertEquals(11L, looks.get(i) - looks.get(i - 1));
        }
    }

    @Test
    void aDeadlineThatIsOverIsSeenAtOnce() {
        channel.pass(Duration.ofMillis(5));
        enter(3);
        assertEquals(List.of(5L), looks);
    }

    @Test
    void nothingIsLookedAtOnceClosed() {
        enter(10);
        deadlines.close();
        passMillis(20);
        assertEquals(List.of(), looks);
    }
}
