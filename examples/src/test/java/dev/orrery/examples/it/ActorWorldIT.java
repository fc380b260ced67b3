package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.WorldRef;
import dev.orrery.WorldState;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.worlds.TwoWorlds;
import dev.orrery.examples.worlds.WorldExample;
import dev.orrery.examples.worlds.WorldExamples;
import dev.orrery.internal.proto.WorldView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Worlds of plain actors: formed, broken by a death, closed, formed again. */
class ActorWorldIT extends ClusterScenario {
    private final List<ActorRef<Talker>> started = new ArrayList<>();

    private ActorRef<Talker> start(String name) {
        ActorRef<Talker> actor =
                orrery().actor(Talker::new).name(name).cpus(0.1).start();
        started.add(actor);
        return actor;
    }

    @AfterEach
    void killAll() {
        started.forEach(ActorRef::kill);
        started.clear();
    }

    static List<WorldExample<?>> examples() {
        return WorldExamples.ALL;
    }

    @Test
    void theOtherWorldDoesNotNotice() {
        breakOneOfTwo(WorldExamples.ALL.get(0));
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("examples")
    void theOtherWorldDoesNotNoticeWhateverIsUnderWay(WorldExample<?> example) {
        breakOneOfTwo(example);
    }

    private void breakOneOfTwo(WorldExample<?> example) {
        List<String> lines = new ArrayList<>();
        new TwoWorlds(orrery(), lines::add).run(example);
        assertTrue(lines.stream().anyMatch(line -> line.contains("is BROKEN: signal")), lines::toString);
    }

    @Test
    void aWorldIsLeftInGoodOrderAndItsNameIsFree() throws Exception {
        ActorRef<Talker> a = start("a");
        ActorRef<Talker> b = start("b");
        WorldRef pair = orrery().world("pair").members(a, b).form();
        assertEquals(WorldState.READY, pair.state());
        assertEquals("a", pair.status().members().get(0).label());
        CompletableFuture<String> heard = b.call(Talker::hear, "pair", 0);
        get(a.call(Talker::say, "pair", 1, "hello"));
        assertEquals("hello", get(heard));
        WorldView view = cluster()
                .await(
                        "what carries the world",
                        now -> now.getWorldsList().stream().anyMatch(world -> world.getTransportsCount() == 2),
                        PATIENCE)
                .getWorlds(0);
        assertTrue(view.getTransports(0).getTransportsCount() > 0, view::toString);
        assertThrows(
                AlreadyExistsException.class,
                () -> orrery().world("pair").members(a, b).form());
        CompletableFuture<String> waiting = b.call(Talker::hear, "pair", 0);
        pair.close();
        pair.close();
        assertEquals(WorldState.CLOSED, pair.state());
        assertTrue(error(waiting).getMessage().contains("BrokenWorldException"));
        WorldRef again = orrery().world("pair").members(a, b).form();
        CompletableFuture<String> heardAgain = b.call(Talker::hear, "pair", 0);
        get(a.call(Talker::say, "pair", 1, "again"));
        assertEquals("again", get(heardAgain));
        again.close();
    }

    @Test
    void anActorThatWaitsForAWorldGetsTheNextOne() throws Exception {
        ActorRef<Talker> a = start("a");
        ActorRef<Talker> b = start("b");
        assertTrue(error(a.call(Talker::rank, "late")).getMessage().contains("NotFoundException"));
        CompletableFuture<Integer> rank = b.call(Talker::awaitRank, "late");
        try (WorldRef late = orrery().world("late").members(a, b).form()) {
            assertEquals(1, get(rank));
            assertEquals(0, get(a.call(Talker::rank, "late")));
            assertEquals(WorldState.READY, late.state());
        }
    }

    @Test
    void aWorldOfOneWorksAloneAndNobodyIsInAWorldTwice() throws Exception {
        ActorRef<Talker> a = start("a");
        ActorRef<Talker> b = start("b");
        OrreryException twice = assertThrows(
                OrreryException.class,
                () -> orrery().world("pair").members(a, b, a).form());
        assertEquals(ErrorCode.INVALID_ARGUMENT, twice.code(), twice.getMessage());
        assertTrue(twice.getMessage().contains("actor 'a' (" + a.id() + ") is named more than once"));
        try (WorldRef alone = orrery().world("alone").members(a).form()) {
            assertEquals(WorldState.READY, alone.state());
            assertEquals(0, get(a.call(Talker::rank, "alone")));
            assertEquals(List.of(7), get(a.call(Talker::gather, "alone", 7)));
            OrreryException nobody = error(a.call(Talker::say, "alone", 1, "hello"));
            assertEquals(ErrorCode.ACTOR_FAILED, nobody.code());
            assertTrue(nobody.getMessage().contains("rank"), nobody.getMessage());
            OrreryException stranger = error(b.call(Talker::rank, "alone"));
            assertTrue(stranger.getMessage().contains("NotFoundException"), stranger.getMessage());
        }
    }

    @Test
    void aDeadActorIsNoMemberAndAKillBreaksItsWorlds() {
        ActorRef<Talker> a = start("a");
        ActorRef<Talker> b = start("b");
        try (WorldRef pair = orrery().world("pair").members(a, b).form()) {
            b.kill();
            cluster()
                    .await(
                            "the world to break",
                            view -> view.getWorldsList().stream()
                                    .anyMatch(world -> world.getState().equals("BROKEN")),
                            PATIENCE);
            assertEquals("killed", pair.status().failure().orElseThrow().kind());
            assertThrows(
                    ActorDeadException.class,
                    () -> orrery().world("pair").members(a, b).form());
        }
    }
}
