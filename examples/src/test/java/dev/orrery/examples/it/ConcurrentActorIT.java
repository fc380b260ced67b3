package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ActorFailedException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Actors that run several calls at once, methods that answer later, and an actor that ends itself. */
class ConcurrentActorIT extends ClusterScenario {
    private static final int AT_ONCE = 4;
    private static final int QUESTIONS = 200;

    private ActorRef<Desk> start(int atOnce) {
        return orrery().actor(Desk::new).cpus(0.1).maxConcurrency(atOnce).start();
    }

    @Test
    void asManyCallsRunAtOnceAsTheActorAllowsAndTheyBeginInOrder() throws Exception {
        ActorRef<Desk> desk = start(AT_ONCE);
        List<CompletableFuture<List<String>>> meeting = new ArrayList<>();
        for (int i = 1; i < AT_ONCE; i++) {
            meeting.add(desk.call(Desk::meet, "c" + i, AT_ONCE));
        }
        assertEquals(0, get(desk.call(Desk::waiting)), "there is room for one more");
        assertTrue(meeting.stream().noneMatch(CompletableFuture::isDone));
        meeting.add(desk.call(Desk::meet, "c" + AT_ONCE, AT_ONCE));
        for (CompletableFuture<List<String>> each : meeting) {
            assertTrue(get(each).contains("c" + AT_ONCE));
        }
        desk.kill();
    }

    @Test
    void oneMoreThanMayRunAtOnceWaits() throws Exception {
        ActorRef<Desk> desk = start(2);
        CompletableFuture<List<String>> first = desk.call(Desk::meet, "a", 3);
        CompletableFuture<List<String>> second = desk.call(Desk::meet, "b", 3);
        OrreryException late = error(desk.within(Duration.ofMillis(500)).call(Desk::waiting));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertFalse(first.isDone() || second.isDone());
        desk.kill();
        assertInstanceOf(ActorDeadException.class, error(first));
        assertInstanceOf(ActorDeadException.class, error(second));
    }

    @Test
    void aStageThatIsAwaitedHoldsNoThread() throws Exception {
        ActorRef<Desk> desk = start(QUESTIONS + 1);
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            asked.add(desk.callAsync(Desk::ask));
        }
        Awaitility.await().atMost(PATIENCE).until(() -> get(desk.call(Desk::waiting)) == QUESTIONS);
        int threads = 0;
        for (int i = 0; i < QUESTIONS; i++) {
            threads = get(desk.call(Desk::answer, i == 7 ? "!seven" : "a" + i));
        }
        int failed = 0;
        for (CompletableFuture<String> each : asked) {
            try {
                assertTrue(get(each).startsWith("a"));
            } catch (ExecutionException e) {
                ActorFailedException cause = assertInstanceOf(ActorFailedException.class, e.getCause());
                assertTrue(cause.getMessage().startsWith("java.lang.IllegalStateException: seven"), cause.getMessage());
                failed++;
            }
        }
        assertEquals(1, failed);
        // How many there are when others are between two calls is chance; one for each question would be many more.
        assertTrue(threads <= QUESTIONS / 10, threads + " threads");
        desk.kill();
    }

    /** All threads are inside calls when the stage that made room for one more completes. */
    @Test
    void whereAStageEndsACallBegins() throws Exception {
        ActorRef<Desk> desk = start(3);
        CompletableFuture<String> late = desk.callAsync(Desk::later, 1_000L);
        List<CompletableFuture<List<String>>> meeting = new ArrayList<>();
        for (String who : List.of("a", "b", "c")) {
            meeting.add(desk.call(Desk::meet, who, 3));
        }
        assertEquals("late", get(late));
        for (CompletableFuture<List<String>> each : meeting) {
            assertEquals(3, get(each).size());
        }
        desk.kill();
    }

    @Test
    void byDefaultACallEndsWithItsStageBeforeTheNextBegins() throws Exception {
        ActorRef<Desk> desk = start(1);
        CompletableFuture<String> asked = desk.callAsync(Desk::ask);
        assertEquals(
                ErrorCode.DEADLINE_EXCEEDED,
                error(desk.within(Duration.ofMillis(500)).call(Desk::waiting)).code());
        assertFalse(asked.isDone());
        desk.kill();
        assertInstanceOf(ActorDeadException.class, error(asked));
    }

    @Test
    void whatIsCalledTheWrongWayIsToldInWords() throws Exception {
        ActorRef<Desk> desk = start(2);
        OrreryException stage = error(desk.call(Desk::unserializable));
        assertEquals(ErrorCode.INVALID_ARGUMENT, stage.code());
        assertTrue(stage.getMessage().contains("call it with callAsync"), stage.getMessage());
        OrreryException none = error(desk.callAsync(Desk::nothing));
        assertEquals(ErrorCode.INVALID_ARGUMENT, none.code());
        assertTrue(none.getMessage().contains("returned null, no CompletionStage"), none.getMessage());
        assertEquals(
                ErrorCode.NOT_SERIALIZABLE,
                error(desk.callAsync(Desk::unserializable)).code());
        assertEquals(
                ErrorCode.ACTOR_FAILED, error(desk.callAsync(Desk::spentTensor)).code());
        assertEquals(0, get(desk.call(Desk::waiting)), "it lives on");
        OrreryException refused = assertThrows(OrreryException.class, () -> start(0));
        assertTrue(refused.getMessage().contains("maxConcurrency must be from 1 to 1000, not 0"), refused.getMessage());
        desk.kill();
    }

    @Test
    void anActorThatExitsAnswersWhatItHasBegunAndDoesNotRestart() throws Exception {
        ActorRef<Desk> desk =
                orrery().actor(Desk::new).name("leaver").cpus(0.1).restarts(5).start();
        assertEquals(7, get(desk.call(Desk::leave, 7)));
        OrreryException dead = error(desk.call(Desk::waiting));
        assertInstanceOf(ActorDeadException.class, dead);
        assertTrue(dead.getMessage().startsWith("exit: the actor ended itself"), dead.getMessage());
        Awaitility.await().atMost(PATIENCE).until(() -> desk.status().state().equals("DEAD"));
        assertEquals(1, desk.status().incarnation());
        orrery().actor(Desk::new).name("leaver").cpus(0.1).start().kill();
    }
}
