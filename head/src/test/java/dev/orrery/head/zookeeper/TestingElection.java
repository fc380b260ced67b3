package dev.orrery.head.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.LeadershipListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What one head was told, in order. */
final class TestingElection implements LeadershipListener {
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private volatile ClusterStore store;

    @Override
    public void elected(ClusterStore elected) {
        store = elected;
        events.add("elected");
    }

    @Override
    public void lost(String why) {
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

    void await(String event) throws InterruptedException {
        String next = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(next, "still waiting to be told '" + event + "'");
        assertEquals(event, next);
    }

    ClusterStore awaitElected() throws InterruptedException {
        await("elected");
        return store;
    }

    boolean toldNothing() {
        return events.isEmpty();
    }
}
