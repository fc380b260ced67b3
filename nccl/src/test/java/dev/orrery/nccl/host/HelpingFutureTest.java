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
import java.util.concurrent.CompletableFuture;
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
    private static final long SPIN_MICROS = 40;

    private final AtomicLong now = new AtomicLong();
    private final BusyPath path = new BusyPath();
    private final HelpingFuture<String> future =
            new HelpingFuture<>(new Helping(Helping.Kind.ANSWER, () -> List.of(path), () -> 0, now::get));

    /** One whose data can be moved by who waits. */
    private abstract static class MovablePath implements PeerPath {
        private int looks;
        private int helpers;

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
            return look(looks);
        }

        int looks() {
            return looks;
        }

        int helpers() {
            return helpers;
        }

        /** Returns whether something moved. */
        abstract boolean look(int number);

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

    /** Each look moves something and takes a minute. */
    private final class BusyPath extends MovablePath {
        private Runnable atLook = () -> {};
        private int lookOf;

        void at(int look, Runnable then) {
            lookOf = look;
            atLook = then;
        }

        @Override
        boolean look(int number) {
            now.addAndGet(TimeUnit.MINUTES.toNanos(1));
            if (number == lookOf) {
                atLook.run();
            }
            return true;
        }
    }

    /** Nothing ever moves, and each look takes a microsecond. */
    private final class SilentPath extends MovablePath {
        private final boolean streams;

        SilentPath(boolean streams) {
            this.streams = streams;
        }

        @Override
        boolean look(int number) {
            now.addAndGet(TimeUnit.MICROSECONDS.toNanos(1));
            return false;
        }

        @Override
        public boolean streams() {
            return streams;
        }
    }

    @Test
    void theTimeThatWasHelpedCounts() {
        assertThrows(TimeoutException.class, () -> future.get(LOOKS, TimeUnit.MINUTES));
        assertEquals(LOOKS, path.looks());
        assertEquals(0, path.helpers());
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
        assertEquals(3, path.looks());
        assertFalse(Thread.currentThread().isInterrupted(), "told twice");
        assertEquals(0, path.helpers());
    }

    @Test
    void anInterruptionEndsAWaitWithALimit() {
        path.at(3, () -> Thread.currentThread().interrupt());
        assertThrows(InterruptedException.class, () -> future.get(LOOKS, TimeUnit.MINUTES));
        assertEquals(3, path.looks());
        assertEquals(0, path.helpers());
    }

    @Test
    void joinLeavesTheInterruptionToTheCaller() {
        path.at(LOOKS, () -> future.complete("done"));
        Thread.currentThread().interrupt();
        assertEquals("done", future.join());
        assertTrue(Thread.interrupted());
    }

    @Test
    void inTheMiddleOfAStreamSilenceIsBorneLonger() {
        assertEquals(SPIN_MICROS + 1, looksOfSilence(false));
        assertEquals(5 * SPIN_MICROS + 1, looksOfSilence(true));
    }

    /** Returns after how many silent microseconds a thread goes to sleep. */
    private long looksOfSilence(boolean streams) {
        SilentPath silent = new SilentPath(streams);
        Helping helping = new Helping(
                Helping.Kind.ANSWER, () -> List.of(silent), () -> TimeUnit.MICROSECONDS.toNanos(SPIN_MICROS), now::get);
        helping.until(new CompletableFuture<>());
        return silent.looks();
    }
}
