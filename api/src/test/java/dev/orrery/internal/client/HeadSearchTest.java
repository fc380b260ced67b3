package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class HeadSearchTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 1);
    private static final HostPort C = new HostPort("c", 1);
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final ManualTimers timers = new ManualTimers(new TestingClock());
    private final List<HostPort> dialled = new ArrayList<>();
    private final Map<HostPort, CompletableFuture<RpcConnection>> attempts = new HashMap<>();
    private final HeadDials dials = new HeadDials(
            (head, timeout) -> {
                dialled.add(head);
                attempts.put(head, new CompletableFuture<>());
                return attempts.get(head);
            },
            timers);

    private TestingConnection answer(HostPort head) {
        TestingConnection connection = new TestingConnection(PeerRole.HEAD, head.host());
        attempts.get(head).complete(connection);
        return connection;
    }

    private void fail(HostPort head, ErrorCode code) {
        attempts.get(head).completeExceptionally(OrreryException.of(code, head + " failed"));
    }

    private static HostPort reached(HeadSearch search) {
        assertTrue(search.reached().isDone(), "still asking " + search.asking());
        return search.reached().join().head();
    }

    @Test
    void aHeadThatAnswersIsTheOnlyOneThatIsDialled() {
        HeadSearch search = dials.search(List.of(A, B));
        answer(A);
        assertEquals(A, reached(search));
        timers.advance(Duration.ofSeconds(10));
        assertEquals(List.of(A), dialled);
    }

    @Test
    void aHeadThatDoesNotAnswerHoldsNobodyUp() {
        HeadSearch search = dials.search(List.of(A, B, C));
        timers.advance(HeadDials.PATIENCE.minus(MOMENT));
        assertEquals(List.of(A), dialled);
        timers.advance(MOMENT);
        assertEquals(List.of(A, B), dialled, "one more, not all at once");
        assertEquals(Set.of(A, B), search.asking());
        answer(B);
        assertEquals(B, reached(search));
        timers.advance(Duration.ofSeconds(10));
        assertEquals(List.of(A, B), dialled);
    }

    @Test
    void aHeadThatFailsIsFollowedAtOnceByTheNext() {
        HeadSearch search = dials.search(List.of(A, B, C));
        fail(A, ErrorCode.CONNECTION_FAILED);
        assertEquals(List.of(A, B), dialled);
        timers.advance(HeadDials.PATIENCE.minus(MOMENT));
        assertEquals(List.of(A, B), dialled, "the patience with the first is none of the second's");
        answer(B);
        assertEquals(B, reached(search));
        assertEquals(Set.of(A), search.failures().keySet());
    }

    @Test
    void whoAnswersTooLateIsClosedUnlessItIsLookedForMeanwhile() {
        HeadSearch first = dials.search(List.of(A, B));
        timers.advance(HeadDials.PATIENCE);
        answer(B);
        assertEquals(B, reached(first));
        // B stands by and names A, which is slow: no second attempt is made, and B is dialled again at once.
        HeadSearch second = dials.search(List.of(A, B));
        assertEquals(List.of(A, B, B), dialled);
        TestingConnection slow = answer(A);
        assertEquals(A, reached(second));
        TestingConnection late = answer(B);
        timers.advance(HeadDials.KEPT);
        assertFalse(late.isOpen());
        assertTrue(slow.isOpen(), "it is in use");
    }

    @Test
    void aConnectionThatWasKeptIsTaken() {
        HeadSearch first = dials.search(List.of(A, B));
        timers.advance(HeadDials.PATIENCE);
        answer(B);
        TestingConnection kept = answer(A);
        HeadSearch second = dials.search(List.of(A, B));
        assertEquals(A, reached(second));
        timers.advance(HeadDials.KEPT);
        assertTrue(kept.isOpen());
        assertEquals(B, reached(first));
    }

    @Test
    void aKeptConnectionThatHasEndedIsDialledAnew() {
        dials.search(List.of(A, B));
        timers.advance(HeadDials.PATIENCE);
        answer(B);
        answer(A).close();
        dials.search(List.of(A, B));
        assertEquals(List.of(A, B, A), dialled);
    }

    @Test
    void failsWhenEachHasFailed() {
        HeadSearch search = dials.search(List.of(A, B));
        timers.advance(HeadDials.PATIENCE);
        fail(B, ErrorCode.CONNECTION_LOST);
        assertFalse(search.reached().isDone());
        fail(A, ErrorCode.DEADLINE_EXCEEDED);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(search).code());
        assertEquals(List.of(B, A), List.copyOf(search.failures().keySet()));
        dials.search(List.of(A));
        assertEquals(List.of(A, B, A), dialled, "what failed is dialled anew");
    }

    private static OrreryException failure(HeadSearch search) {
        CompletionException failure =
                assertThrows(CompletionException.class, () -> search.reached().join());
        return (OrreryException) failure.getCause();
    }

    @Test
    void aRefusalThatNoRepetitionMendsEndsTheSearch() {
        HeadSearch search = dials.search(List.of(A, B));
        fail(A, ErrorCode.UNAUTHENTICATED);
        assertEquals(ErrorCode.UNAUTHENTICATED, failure(search).code());
        assertEquals(List.of(A), dialled);
    }

    @Test
    void closeEndsAttemptsAndWhatNobodyTook() {
        HeadSearch search = dials.search(List.of(A, B));
        timers.advance(HeadDials.PATIENCE);
        answer(B);
        TestingConnection kept = answer(A);
        dials.search(List.of(C));
        dials.close();
        dials.close();
        assertFalse(kept.isOpen());
        assertTrue(attempts.get(C).isCancelled());
        assertEquals(ErrorCode.CANCELLED, failure(dials.search(List.of(A))).code());
        assertTrue(search.reached().join().connection().isOpen(), "whoever took it closes it");
    }
}
