package dev.orrery.head.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.LeadershipListener;
import dev.orrery.head.store.StoredState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What one head was told, in order. */
final class TestingElection implements LeadershipListener {
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private volatile ClusterStore store;
    private final BlockingQueue<StoredState> rehearsed = new LinkedBlockingQueue<>();
    private volatile String lostBecause = "";
    private volatile Optional<List<Change.Create>> survivors = Optional.empty();

    @Override
    public void elected(ClusterStore elected) {
        store = elected;
        events.add("elected");
    }

    @Override
    public void lost(String why) {
        lostBecause = why;
        events.add("lost");
    }

    @Override
    public void writesSuspended() {
        events.add("suspended");
    }

    @Override
    public void writesResumed() {
        events.add("resumed");
    }

    @Override
    public CompletableFuture<Optional<List<Change.Create>>> survivors(long epoch) {
        return CompletableFuture.completedFuture(survivors);
    }

    @Override
    public void rehearse(StoredState state) {
        rehearsed.add(state);
    }

    /** What this head knows should the store be lost. */
    TestingElection remembers(Change... records) {
        survivors =
                Optional.of(Stream.of(records).map(Change.Create.class::cast).toList());
        return this;
    }

    void await(String event) throws InterruptedException {
        String next = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(next, "still waiting to be told '" + event + "'");
        assertEquals(event, next);
    }

    ClusterStore awaitElected() throws InterruptedException {
        await("elected");
        return store;
    }

    StoredState awaitRehearsed() throws InterruptedException {
        StoredState state = rehearsed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(state, "still waiting to rehearse");
        return state;
    }

    boolean hasRehearsed() {
        return !rehearsed.isEmpty();
    }

    /** Why leadership was lost the last time. */
    String lostBecause() {
        return lostBecause;
    }

    boolean toldNothing() {
        return events.isEmpty();
    }
}
