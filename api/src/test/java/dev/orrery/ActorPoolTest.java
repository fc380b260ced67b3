package dev.orrery;

import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorAction2;
import dev.orrery.function.ActorAction3;
import dev.orrery.function.ActorAction4;
import dev.orrery.function.ActorMethod2;
import dev.orrery.function.ActorMethod3;
import dev.orrery.testing.TestingActor;
import dev.orrery.testing.TestingCounter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ActorPoolTest {
    private final TestingActor actor = new TestingActor("a");
    private final ActorPool<TestingCounter> pool = ActorPool.of(
            List.of(actor.ref()), ActorPoolOptions.builder().callsPerActor(20).build());

    private static String invalid(Runnable call) {
        OrreryException refused = assertThrows(OrreryException.class, call::run);
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code(), refused.getMessage());
        return refused.getMessage();
    }

    @Test
    void methodsAndActionsOfUpToFourArgumentsReachAnActor() {
        CompletableFuture<Integer> added = pool.call(TestingCounter::add, 5);
        pool.call(TestingCounter::reset);
        pool.call(TestingCounter::set, 6);
        pool.call(TestingCounter::hashCode);
        pool.call(TestingCounter::join, "a", 1, 2L, 3.0);
        ActorMethod2<TestingCounter, Integer, Integer, Integer> two = (counter, one, other) -> one + other;
        pool.call(two, 1, 2);
        ActorMethod3<TestingCounter, Integer, Integer, Integer, Integer> three = (counter, one, other, last) -> last;
        pool.call(three, 1, 2, 3);
        ActorAction2<TestingCounter, Integer, Integer> act = (counter, one, other) -> counter.set(one);
        pool.call(act, 3, 4);
        ActorAction3<TestingCounter, Integer, Integer, Integer> act3 = (counter, one, other, last) -> counter.set(last);
        pool.call(act3, 3, 4, 5);
        ActorAction4<TestingCounter, Integer, Integer, Integer, Integer> act4 =
                (counter, one, other, third, last) -> counter.set(last);
        pool.call(act4, 3, 4, 5, 6);
        assertEquals(
                List.of(
                        List.of(5),
                        List.of(),
                        List.of(6),
                        List.of(),
                        List.of("a", 1, 2L, 3.0),
                        List.of(1, 2),
                        List.of(1, 2, 3),
                        List.of(3, 4),
                        List.of(3, 4, 5),
                        List.of(3, 4, 5, 6)),
                actor.calls().stream().map(TestingActor.Asked::arguments).toList());
        actor.answer(7);
        assertEquals(7, added.join());
        assertEquals(0, pool.waiting());
        assertEquals(List.of("a"), pool.actors().stream().map(ActorRef::id).toList());
    }

    @Test
    void anActorsOwnDeadlineGivesWayToThePools() {
        ActorPool<TestingCounter> hasty = ActorPool.of(
                List.of(actor.ref().within(Duration.ofHours(1))),
                ActorPoolOptions.builder().deadline(Duration.ofSeconds(2)).build());
        hasty.call(TestingCounter::add, 1);
        assertTrue(actor.calls().get(0).deadline().compareTo(Duration.ofSeconds(2)) <= 0);
    }

    @Test
    void whatWaitsTooLongFailsByTheSystemsTimer() {
        ActorPool<TestingCounter> hasty = ActorPool.of(
                List.of(actor.ref()),
                ActorPoolOptions.builder().deadline(Duration.ofMillis(20)).build());
        hasty.call(TestingCounter::add, 1);
        OrreryException late = failure(hasty.call(TestingCounter::add, 2));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
    }

    @Test
    void mapGivesAllResults() {
        actor.behaves(call -> CompletableFuture.completedFuture(call.arguments().get(0)));
        assertEquals(List.of(3, 1, 2), pool.map(TestingCounter::add, List.of(3, 1, 2), Duration.ofSeconds(30)));
    }

    @Test
    void whatAPoolIsMadeOfIsChecked() {
        ActorRef<TestingCounter> ref = actor.ref();
        assertEquals("the list of actors is null", invalid(() -> ActorPool.of((List<ActorRef<TestingCounter>>) null)));
        assertEquals("an actor of the pool is null", invalid(() -> ActorPool.of(Arrays.asList(ref, null))));
        assertEquals("a pool has at least one actor", invalid(() -> ActorPool.of(List.of())));
        assertEquals("actor a is named more than once", invalid(() -> ActorPool.of(List.of(ref, actor.ref()))));
        assertEquals("the record of options is null", invalid(() -> ActorPool.of(List.of(ref), null)));
        assertEquals(
                "the list of arguments is null",
                invalid(() -> pool.map(TestingCounter::add, (List<Integer>) null, Duration.ofSeconds(1))));
    }

    @Test
    void allThatIsWrongWithTheOptionsIsToldAtOnce() {
        String message = invalid(() -> ActorPoolOptions.builder()
                .callsPerActor(0)
                .maxWaiting(-1)
                .deadline(Duration.ZERO)
                .build());
        assertEquals(
                "callsPerActor must be from 1 to 1000000, not 0; maxWaiting must be from 0 to 1000000, not -1; "
                        + "deadline must be from 1 ms to 365 days, not PT0S",
                message);
    }
}
