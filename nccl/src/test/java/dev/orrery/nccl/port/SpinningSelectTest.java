package dev.orrery.nccl.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.SelectStrategy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SpinningSelectTest {
    private final AtomicLong now = new AtomicLong(-7);
    private final SpinningSelect select = new SpinningSelect(Duration.ofNanos(100), now::get);
    private int ready;

    private int decide(boolean hasTasks) throws Exception {
        return select.calculateStrategy(() -> ready, hasTasks);
    }

    @Test
    void looksOnForAWhileAfterAnEvent() throws Exception {
        ready = 2;
        assertEquals(2, decide(false));
        ready = 0;
        now.addAndGet(299);
        assertEquals(SelectStrategy.CONTINUE, decide(false));
        now.addAndGet(1);
        assertEquals(SelectStrategy.SELECT, decide(false));
        assertEquals(SelectStrategy.SELECT, decide(false));
    }

    @Test
    void tasksCountAsEvents() throws Exception {
        now.addAndGet(1_000);
        assertEquals(0, decide(true));
        now.addAndGet(299);
        assertEquals(SelectStrategy.CONTINUE, decide(false));
    }

    @Test
    void neverSpinsWithoutATimeForIt() throws Exception {
        SpinningSelect none = new SpinningSelect(Duration.ZERO, now::get);
        assertEquals(0, none.calculateStrategy(() -> 0, true));
        assertEquals(SelectStrategy.SELECT, none.calculateStrategy(() -> 0, false));
    }
}
