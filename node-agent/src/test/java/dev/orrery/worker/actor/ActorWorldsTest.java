package dev.orrery.worker.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.world.JoinedWorld;
import dev.orrery.world.WorldMember;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ActorWorldsTest {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife PEER = TestingWorlds.life("peer");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager mine = network.manager((world, state, cause) -> {});
    private final TestingWorldManager theirs = network.manager((world, state, cause) -> {});
    private final ManualTimers timers = new ManualTimers(new TestingClock());
    private final ActorWorlds worlds = new ActorWorlds("counter", timers);

    @AfterEach
    void close() {
        worlds.close();
    }

    private void desire(WorldSpec... specs) {
        worlds.onDesired(List.of(specs));
    }

    private static WorldSpec ring(long id) {
        return TestingWorlds.named("ring", id, PEER, ME);
    }

    private void ready(WorldSpec spec) throws Exception {
        theirs.join(spec, PEER);
        World world = mine.join(spec, ME).get(10, TimeUnit.SECONDS);
        worlds.onReady(world);
    }

    private void broken(long id, String why) {
        worlds.onEnded(id, WorldState.BROKEN, Optional.of(Failure.of("link", why)));
    }

    private OrreryException refusal(String name) {
        return assertThrows(OrreryException.class, () -> worlds.get(name));
    }

    private static OrreryException failureOf(CompletableFuture<JoinedWorld> future) {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(OrreryException.class, thrown.getCause());
    }

    @Test
    void aReadyWorldIsSeenAsItsMemberSeesIt() throws Exception {
        desire(ring(255));
        ready(ring(255));

        JoinedWorld world = worlds.get("ring");

        assertEquals("ff", world.id());
        assertEquals("ring", world.name());
        assertEquals(1, world.rank());
        assertEquals(2, world.size());
        assertEquals(
                List.of(new WorldMember(0, "peer", 1, "peer"), new WorldMember(1, "me", 1, "me")), world.members());
    }

    @Test
    void withoutAReadyWorldTheReasonIsTold() throws Exception {
        assertEquals(ErrorCode.NOT_FOUND, refusal("ring").code());
        desire(ring(1));
        assertEquals(ErrorCode.UNAVAILABLE, refusal("ring").code());
        ready(ring(1));
        broken(1, "peer died");

        OrreryException refusal = refusal("ring");

        assertEquals(ErrorCode.BROKEN_WORLD, refusal.code());
        assertEquals("peer died", refusal.failure().orElseThrow().message());
        assertEquals(ErrorCode.NOT_FOUND, refusal("other").code());
    }

    @Test
    void theNewestReadyWorldOfANameIsGiven() throws Exception {
        desire(ring(-1), ring(1));
        // As unsigned numbers -1 is the higher one.
        ready(ring(-1));
        ready(ring(1));
        assertEquals("ffffffffffffffff", worlds.get("ring").id());
        broken(-1, "peer died");
        assertEquals("1", worlds.get("ring").id());
    }

    @Test
    void aBrokenWorldIsRememberedUntilANewOneIsReady() throws Exception {
        desire(ring(1));
        ready(ring(1));
        broken(1, "peer died");
        desire();
        assertEquals(ErrorCode.BROKEN_WORLD, refusal("ring").code());
        desire(ring(2));
        assertEquals(ErrorCode.BROKEN_WORLD, refusal("ring").code());
        ready(ring(2));
        assertEquals("2", worlds.get("ring").id());
    }

    @Test
    void aWorldThatWasLeftIsOver() throws Exception {
        desire(ring(1));
        ready(ring(1));
        worlds.onEnded(1, WorldState.CLOSED, Optional.empty());
        OrreryException refusal = refusal("ring");
        assertEquals(ErrorCode.BROKEN_WORLD, refusal.code());
        assertTrue(refusal.getMessage().contains("world 1 is CLOSED"), refusal.getMessage());
    }

    @Test
    void edgesOfPipelinesHaveNoName() throws Exception {
        WorldSpec edge = TestingWorlds.edge(1, PEER, ME);
        desire(edge);
        ready(edge);
        assertEquals(ErrorCode.NOT_FOUND, refusal("").code());
    }

    @Test
    void waitingEndsWithTheWorldOnAThreadOfItsOwn() throws Exception {
        CompletableFuture<JoinedWorld> before = worlds.await("ring", SECOND);
        CompletableFuture<String> thread =
                before.thenApply(world -> Thread.currentThread().getName());
        desire(ring(1));
        assertFalse(before.isDone());
        ready(ring(1));
        // Who waits for a future also runs what depends on it, so this waits for the last one only.
        assertTrue(thread.get(10, TimeUnit.SECONDS).contains("user-worlds-counter"), thread.get());
        assertEquals("1", before.get(10, TimeUnit.SECONDS).id());
        assertEquals("1", worlds.await("ring", SECOND).get(0, TimeUnit.SECONDS).id());
    }

    @Test
    void afterABreakItWaitsForTheNextOne() throws Exception {
        desire(ring(1));
        ready(ring(1));
        broken(1, "peer died");
        CompletableFuture<JoinedWorld> next = worlds.await("ring", SECOND);
        assertFalse(next.isDone());
        desire(ring(2));
        ready(ring(2));
        assertEquals("2", next.get(10, TimeUnit.SECONDS).id());
    }

    @Test
    void waitingEndsAtItsDeadlineAndTellsWhatBecameOfTheNewest() throws Exception {
        desire(ring(1));
        broken(1, "peer died");
        CompletableFuture<JoinedWorld> future = worlds.await("ring", SECOND);
        timers.advance(Duration.ofMillis(999));
        assertFalse(future.isDone());
        timers.advance(Duration.ofMillis(1));

        OrreryException late = failureOf(future);

        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertTrue(late.getMessage().contains("1000 ms"), late.getMessage());
        assertTrue(late.getMessage().contains("world 1 is BROKEN (link: peer died)"), late.getMessage());
    }

    @Test
    void nobodyWaitsAtAnActorThatStops() {
        CompletableFuture<JoinedWorld> waiting = worlds.await("ring", SECOND);
        worlds.close();
        assertEquals(ErrorCode.CANCELLED, failureOf(waiting).code());
        assertEquals(
                ErrorCode.CANCELLED, failureOf(worlds.await("ring", SECOND)).code());
    }

    @Test
    void onlySoManyNamesThatAreOverAreRemembered() {
        for (int id = 1; id <= 5_000; id++) {
            desire(TestingWorlds.named("world-" + id, id, PEER, ME));
            worlds.onEnded(id, WorldState.CLOSED, Optional.empty());
        }
        assertEquals(ErrorCode.NOT_FOUND, refusal("world-1").code());
        assertEquals(ErrorCode.BROKEN_WORLD, refusal("world-5000").code());
    }
}
