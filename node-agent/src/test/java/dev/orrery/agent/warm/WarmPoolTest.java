package dev.orrery.agent.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.BindWorker;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WarmPoolTest {
    private final TestingWarmHost host = new TestingWarmHost();
    private final TestingClock clock = new TestingClock();
    private final TestingConnection connection = new TestingConnection(PeerRole.WORKER, "testing");
    private int changes;
    private WarmPool pool;

    @BeforeEach
    void start() {
        pool = pool(1);
    }

    private WarmPool pool(int wanted) {
        WarmPool fresh = new WarmPool(host, clock, wanted, () -> changes++);
        fresh.start();
        return fresh;
    }

    private void pass(long millis) {
        clock.advance(Duration.ofMillis(millis));
        pool.tick(false);
    }

    private void fill() {
        pass(1_000);
        assertTrue(pool.register(connection, "w1"));
    }

    @Test
    void oneIsStartedWhenTheNodeIsQuietAndCountsWhenItHasCalledIn() {
        pass(999);
        assertEquals(List.of(), host.done);
        pass(1);
        assertEquals(List.of("start w1"), host.done);
        assertEquals(0, pool.waiting());
        assertTrue(pool.register(connection, "w1"));
        assertEquals(1, pool.waiting());
        assertTrue(changes > 0);
        pass(100_000);
        assertEquals(List.of("start w1"), host.done);
    }

    @Test
    void noneIsWanted() {
        pool = pool(0);
        pass(100_000);
        assertEquals(List.of(), host.done);
        assertEquals(Optional.empty(), pool.take());
        assertFalse(pool.register(connection, "w1"));
    }

    @Test
    void whoIsTakenIsToldWhenItIsWrittenAndNotBefore() {
        fill();
        assertEquals(Optional.of("w1"), pool.take());
        assertEquals(Optional.empty(), pool.take(), "given twice");
        assertTrue(pool.isTaken("w1"));
        assertEquals(0, pool.waiting());
        assertEquals(List.of(), connection.notices());
        assertTrue(pool.register(connection, "w1"), "it is to wait on");

        pool.written("w1");
        assertInstanceOf(BindWorker.class, connection.notices().get(0));
        assertFalse(pool.isTaken("w1"));
        assertFalse(pool.register(connection, "w1"), "it is its life's business");
        pool.disconnected(connection);
        pool.close();
        assertEquals(List.of("start w1"), host.done);
    }

    @Test
    void itsSuccessorIsStartedAfterTheLifeServes() {
        fill();
        pool.take();
        pool.written("w1");
        pool.tick(true);
        clock.advance(Duration.ofMillis(900));
        pool.tick(true);
        pass(900);
        assertEquals(List.of("start w1"), host.done);
        pass(100);
        assertEquals(List.of("start w1", "start w2"), host.done);
    }

    @Test
    void oneThatLosesItsConnectionWhileItIsWrittenHearsOfItWhenItCallsInAnew() {
        fill();
        pool.take();
        pool.disconnected(connection);
        pool.written("w1");
        assertEquals(List.of(), connection.notices());
        assertEquals(List.of("start w1"), host.done, "the life's slot sees what becomes of it");
    }

    @Test
    void whatCannotBeWrittenDownEndsTheProcess() {
        fill();
        pool.take();
        pool.notWritten("w1");
        assertEquals(List.of("start w1", "end w1"), host.done);
        assertEquals(List.of(), connection.notices());
        assertTrue(pool.isEmpty());
    }

    @Test
    void oneThatDiesBeforeItIsNeededIsReplacedEverLater() {
        pass(1_000);
        host.gone.add("w1");
        pass(100);
        assertEquals(List.of("start w1", "end w1"), host.done);
        pass(900);
        assertEquals(List.of("start w1", "end w1"), host.done);
        pass(100);
        assertEquals(List.of("start w1", "end w1", "start w2"), host.done);
        host.gone.add("w2");
        pass(100);
        host.done.clear();
        pass(1_900);
        assertEquals(List.of(), host.done);
        pass(100);
        assertEquals(List.of("start w3"), host.done);
    }

    @Test
    void oneThatCannotBeStartedOrDoesNotCallInIsEnded() {
        host.fork = CompletableFuture.failedFuture(new IOException("disk full"));
        pass(1_000);
        assertEquals(List.of("start w1", "end w1"), host.done);
        host.fork = CompletableFuture.completedFuture(null);
        pass(1_000);
        pass(60_000);
        assertEquals(List.of("start w1", "end w1", "start w2", "end w2"), host.done.subList(0, 4));
    }

    @Test
    void oneThatWaitsAndLosesItsConnectionIsEnded() {
        fill();
        TestingConnection newer = new TestingConnection(PeerRole.WORKER, "testing");
        assertTrue(pool.register(newer, "w1"));
        pool.disconnected(connection);
        assertEquals(1, pool.waiting(), "it had called in anew");
        host.ending = new CompletableFuture<>();
        pool.disconnected(newer);
        assertEquals(0, pool.waiting());
        assertFalse(pool.register(connection, "w1"));
        assertFalse(pool.isEmpty());
        host.ending.complete(null);
        assertTrue(pool.isEmpty());
    }

    @Test
    void closingUndoesAlsoAForkUnderWay() {
        host.fork = new CompletableFuture<>();
        pass(1_000);
        pool.close();
        assertEquals(List.of("start w1"), host.done);
        host.fork.complete(null);
        assertEquals(List.of("start w1", "end w1"), host.done);
        assertTrue(pool.isEmpty());
        pass(10_000);
        assertEquals(List.of("start w1", "end w1"), host.done);
    }
}
