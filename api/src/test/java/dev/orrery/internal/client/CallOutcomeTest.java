package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.TestingClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallOutcomeTest {
    private static final long LONG_SECONDS = 30;

    private final Queue<Runnable> clientsWork = new ArrayDeque<>();
    private final AtomicInteger cancels = new AtomicInteger();
    private final List<String> released = new ArrayList<>();
    private final CallOutcome<String> outcome =
            new CallOutcome<>(new Completions(clientsWork::add, new TestingClock()), cancels::incrementAndGet);
    private volatile Thread reader;

    private final class Answer implements CallOutcome.Reading<String> {
        @Override
        public String read() {
            reader = Thread.currentThread();
            return "x";
        }

        @Override
        public void release(String result) {
            released.add(result);
        }
    }

    private record Waiting(Thread thread, FutureTask<String> result) {
        String get() throws Exception {
            return result.get(LONG_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Begins to wait on a thread of its own. */
    private static Waiting waiting(Callable<String> wait) {
        FutureTask<String> result = new FutureTask<>(wait);
        Thread thread = new Thread(result, "waiting");
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return new Waiting(thread, result);
    }

    private void doClientsWork() {
        for (Runnable work = clientsWork.poll(); work != null; work = clientsWork.poll()) {
            work.run();
        }
    }

    @Test
    void whoWaitsReadsTheAnswerItself() throws Exception {
        Waiting waiting = waiting(outcome::get);
        outcome.arrive(new Answer());
        assertEquals("x", waiting.get());
        assertSame(waiting.thread(), reader);
        assertEquals(0, clientsWork.size());
    }

    @Test
    void soDoesWhoWaitsForSomeTimeOrJoins() throws Exception {
        Waiting waiting = waiting(() -> outcome.get(LONG_SECONDS, TimeUnit.SECONDS));
        outcome.arrive(new Answer());
        assertEquals("x", waiting.get());
        assertSame(waiting.thread(), reader);
        CallOutcome<String> other = new CallOutcome<>(new Completions(clientsWork::add, new TestingClock()), () -> {});
        Waiting joining = waiting(other::join);
        other.arrive(new Answer());
        assertEquals("x", joining.get());
        assertSame(joining.thread(), reader);
    }

    @Test
    void theClientReadsWhereNobodyWaits() throws Exception {
        outcome.arrive(new Answer());
        assertFalse(outcome.isDone());
        doClientsWork();
        assertTrue(outcome.isDone());
        assertEquals("x", outcome.get());
    }

    @Test
    void whoComesBeforeTheClientReadsTheAnswerItself() throws Exception {
        outcome.arrive(new Answer());
        assertEquals("x", outcome.get());
        assertSame(Thread.currentThread(), reader);
        doClientsWork();
        assertSame(Thread.currentThread(), reader);
    }

    @Test
    void whatDependsOnItRunsOnAThreadOfTheClients() throws Exception {
        CompletableFuture<Thread> where = outcome.thenApply(text -> Thread.currentThread());
        Waiting waiting = waiting(outcome::get);
        outcome.arrive(new Answer());
        assertEquals(1, clientsWork.size());
        doClientsWork();
        assertEquals("x", waiting.get());
        assertSame(Thread.currentThread(), where.get());
    }

    @Test
    void severalMayWait() throws Exception {
        List<Waiting> all = List.of(waiting(outcome::get), waiting(outcome::get), waiting(outcome::join));
        outcome.arrive(new Answer());
        doClientsWork();
        for (Waiting waiting : all) {
            assertEquals("x", waiting.get());
        }
    }

    @Test
    void aWaitEndsWithItsTimeAndTheAnswerIsReadLater() throws Exception {
        assertThrows(TimeoutException.class, () -> outcome.get(1, TimeUnit.MILLISECONDS));
        assertThrows(TimeoutException.class, () -> outcome.get(0, TimeUnit.MILLISECONDS));
        outcome.arrive(new Answer());
        doClientsWork();
        assertEquals("x", outcome.get(0, TimeUnit.MILLISECONDS));
    }

    @Test
    void anInterruptEndsAWaitButNoJoin() throws Exception {
        Waiting waiting = waiting(outcome::get);
        waiting.thread().interrupt();
        ExecutionException ended = assertThrows(ExecutionException.class, waiting::get);
        assertInstanceOf(InterruptedException.class, ended.getCause());
        Waiting joining = waiting(() -> outcome.join() + Thread.currentThread().isInterrupted());
        joining.thread().interrupt();
        outcome.arrive(new Answer());
        assertEquals("xtrue", joining.get());
    }

    @Test
    void aCancelWakesWhoWaitsAndIsToldOnce() {
        Waiting waiting = waiting(outcome::get);
        outcome.cancel(true);
        outcome.cancel(true);
        ExecutionException ended = assertThrows(ExecutionException.class, waiting::get);
        assertInstanceOf(CancellationException.class, ended.getCause());
        assertEquals(1, cancels.get());
    }

    @Test
    void anAnswerThatComesTooLateIsReleased() throws Exception {
        Waiting waiting = waiting(outcome::get);
        outcome.complete("own");
        outcome.arrive(new Answer());
        // It may have come to this thread yet.
        assertEquals("own", waiting.get());
        doClientsWork();
        assertEquals("own", outcome.join());
        assertEquals(List.of("x"), released);
    }

    @Test
    void aFailureIsToldAsItCame() {
        IllegalStateException why = new IllegalStateException("broken");
        outcome.arriveFailed(why);
        doClientsWork();
        assertSame(why, assertThrows(ExecutionException.class, outcome::get).getCause());
        CallOutcome<String> other = new CallOutcome<>(new Completions(clientsWork::add, new TestingClock()), () -> {});
        other.arrive(() -> {
            throw why;
        });
        assertSame(why, assertThrows(CompletionException.class, other::join).getCause());
    }
}
