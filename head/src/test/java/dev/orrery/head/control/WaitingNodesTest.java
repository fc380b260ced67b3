package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.rpc.HostPort;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WaitingNodesTest {
    private static final Optional<HostPort> OLD = Optional.of(new HostPort("old", 6400));
    private static final Optional<HostPort> NEW = Optional.of(new HostPort("new", 6400));
    private static final long BEGAN = Long.MAX_VALUE - 5;

    private final WaitingNodes waiting = new WaitingNodes();

    private CompletableFuture<Void> arrive(Optional<HostPort> leader, Optional<HostPort> unreachable) {
        NodeHello.Builder hello = NodeHello.newBuilder();
        unreachable.ifPresent(head -> hello.addUnreachable(head.toMessage()));
        CompletableFuture<Void> turn = new CompletableFuture<>();
        waiting.add(() -> turn.complete(null), hello.build(), leader, BEGAN);
        return turn;
    }

    @Test
    void whoDoesNotKnowTheLeaderIsToldAtOnce() {
        assertTrue(arrive(OLD, Optional.empty()).isDone());
        assertTrue(arrive(OLD, NEW).isDone());
    }

    @Test
    void whoCouldNotReachTheLeaderWaitsForAnother() {
        CompletableFuture<Void> turn = arrive(OLD, OLD);
        waiting.release(OLD, BEGAN + WaitingNodes.LONGEST.toNanos() - 1);
        assertFalse(turn.isDone());
        waiting.release(NEW, BEGAN);
        assertTrue(turn.isDone());
    }

    @Test
    void whereNobodyLeadsOneWaitsUntilSomebodyDoes() {
        CompletableFuture<Void> turn = arrive(Optional.empty(), OLD);
        CompletableFuture<Void> other = arrive(Optional.empty(), Optional.empty());
        waiting.release(Optional.empty(), BEGAN);
        assertFalse(turn.isDone() || other.isDone());
        waiting.release(OLD, BEGAN);
        assertTrue(turn.isDone() && other.isDone());
    }

    @Test
    void nobodyWaitsForLong() {
        CompletableFuture<Void> turn = arrive(OLD, OLD);
        waiting.release(OLD, BEGAN + WaitingNodes.LONGEST.toNanos());
        assertTrue(turn.isDone());
    }
}
