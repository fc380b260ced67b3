package dev.orrery.nccl.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.world.Transport;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Waiting on a path whose data never stops to move, by a clock that a look at it turns. On a thread of its own: a wait
 * that notices nothing cannot be ended.
 */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HelpingFutureTest {
    private static final int LOOKS = 60;

    private final AtomicLong now = new AtomicLong();
    private final BusyPath path = new BusyPath();
    private final HelpingFuture<String> future =
            new HelpingFuture<>(new Helping(Helping.Kind.ANSWER, () -> List.of(path), () -> 0, now::get));

    /** Each look moves something and takes a minute. */
    private final class BusyPath implements PeerPath {
        private Runnable atLook = () -> {};
        private int lookOf;
        private int looks;
        private int helpers;

        void at(int look, Runnable then) {
            lookOf = look;
            atLook = then;
        }

        @Override
        public boolean canHelp() {
            return true;
        }

        @Override
        public void helping() {
            helpers++;
        }

        @Override
        public boolean help() {
            looks++;
            now.addAndGet(TimeUnit.MINUTES.toNanos(1));
            if (looks == lookOf) {
                atLook.run();
            }
            return true;
        }

        @Override
        public void helped(boolean waiting) {
            helpers--;
        }

        @Override
        public Transport transport() {
            return Transport.SHARED_MEMORY;
        }

        @Override
        public void send(Outgoing message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void receive(Reception reception) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void end(OrreryException why, boolean keepArrived) {}

        @Override
        public void cut() {}

        @Override
        public void abort(OrreryException why) {}

        @Override
        public void tick() {}
    }

    @Test
    void theTimeThatWasHelpedCounts() {
        assertThrows(TimeoutException.class, () -> future.get(LOOKS, TimeUnit.MINUTES));
        assertEquals(LOOKS, path.looks);
        assertEquals(0, path.helpers);
    }

    @Test
    void whatIsDoneMeanwhileIsReturned() throws Exception {
        path.at(LOOKS, () -> future.complete("done"));
        assertEquals("done", future.get(LOOKS, TimeUnit.MINUTES));
        assertEquals("done", future.get(0, TimeUnit.MINUTES));
    }

    @Test
    void anInterruptionEndsAWait() {
        path.at(3, () -> Thread.currentThread().interrupt());
        assertThrows(InterruptedException.class, future::get);
        assertEquals(3, path.looks);
        assertFalse(Thread.currentThread().isInterrupted(), "told twice");
        assertEquals(0, path.helpers);
    }

    @Test
    void anInterruptionEndsAWaitWithALimit() {
        path.at(3, () -> Thread.currentThread().interrupt());
        assertThrows(InterruptedException.class, () -> future.get(LOOKS, TimeUnit.MINUTES));
        assertEquals(3, path.looks);
        assertEquals(0, path.helpers);
    }

    @Test
    void joinLeavesTheInterruptionToTheCaller() {
        path.at(LOOKS, () -> future.complete("done"));
        Thread.currentThread().interrupt();
        assertEquals("done", future.join());
        assertTrue(Thread.interrupted());
    }
}
