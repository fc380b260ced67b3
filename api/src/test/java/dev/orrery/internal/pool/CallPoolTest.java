package dev.orrery.internal.pool;

import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorPoolOptions;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingActor;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallPoolTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final TestingClock clock = new TestingClock();
    private final ManualTimers timers = new ManualTimers(clock);
    private final TestingActor a = new TestingActor("a");
    private final TestingActor b = new TestingActor("b");
    private CallPool<TestingCounter> pool = pool(1, 100, a, b);

    private CallPool<TestingCounter> pool(int callsPerActor, int maxWaiting, TestingActor... actors) {
        return new CallPool<>(
                Stream.of(actors).map(TestingActor::ref).toList(),
                new ActorPoolOptions(callsPerActor, maxWaiting, DEADLINE),
                clock,
                (step, nanos) -> timers.schedule(step, nanos, TimeUnit.NANOSECONDS));
    }

    private CompletableFuture<Integer> call(int argument) {
        return pool.call(actor -> actor.call(TestingCounter::add, argument));
    }

    private List<CompletableFuture<Integer>> calls(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(this::call).toList();
    }

    @Test
    void callsGoToWhoIsFreeAndTheOthersWaitInOrder() {
        List<CompletableFuture<Integer>> calls = calls(1, 5);
        assertEquals(List.of(1), a.arguments());
        assertEquals(List.of(2), b.arguments());
        assertEquals(3, pool.waiting());
        b.answer(20);
        b.answer(30);
        a.answer(10);
        assertEquals(List.of(2, 3, 4), b.arguments());
        assertEquals(List.of(1, 5), a.arguments());
        assertEquals(0, pool.waiting());
        a.answer(50);
        b.answer(40);
        assertEquals(
                List.of(10, 20, 30, 40, 50),
                calls.stream().map(CompletableFuture::join).toList());
    }

    @Test
    void anActorHasAsManyAsItMay() {
        pool = pool(3, 100, a, b);
        calls(1, 7);
        assertEquals(List.of(1, 3, 5), a.arguments());
        assertEquals(List.of(2, 4, 6), b.arguments());
        b.answer(0);
        assertEquals(List.of(2, 4, 6, 7), b.arguments());
    }

    @Test
    void oneMoreThanMayWaitIsRefusedAtOnce() {
        pool = pool(1, 2, a);
        calls(1, 3);
        CompletableFuture<Integer> refused = call(4);
        OrreryException overloaded = failure(refused);
        assertEquals(ErrorCode.ACTOR_OVERLOADED, overloaded.code());
        assertTrue(overloaded.getMessage().contains("as may (2), beside 1 at each of its 1 actors"));
        a.answer(0);
        assertFalse(call(5).isDone(), "there is room again");
    }

    @Test
    void whereNoneMayWaitAFreeActorIsStillCalled() {
        pool = pool(1, 0, a);
        CompletableFuture<Integer> first = call(1);
        assertEquals(ErrorCode.ACTOR_OVERLOADED, failure(call(2)).code());
        a.answer(7);
        assertEquals(7, first.join());
        assertFalse(call(3).isDone());
    }

    @Test
    void whatAnActorThrowsIsTheCallersAndTheActorGoesOn() {
        List<CompletableFuture<Integer>> calls = calls(1, 3);
        a.open().completeExceptionally(OrreryException.of(ErrorCode.ACTOR_FAILED, "no more"));
        assertEquals(ErrorCode.ACTOR_FAILED, failure(calls.get(0)).code());
        assertEquals(List.of(1, 3), a.arguments());
        assertEquals(2, pool.living().size());
    }

    @Test
    void whatIsKnownNotToHaveBegunGoesToAnotherBeforeAllThatWait() {
        List<CompletableFuture<Integer>> calls = calls(1, 4);
        a.open().completeExceptionally(a.diedBefore());
        assertFalse(calls.get(0).isDone());
        b.answer(20);
        assertEquals(List.of(2, 1), b.arguments(), "its number counts");
        b.answer(10);
        assertEquals(10, calls.get(0).join());
        assertEquals(
                List.of("b"), pool.living().stream().map(actor -> actor.id()).toList());
        assertEquals(List.of(1), a.arguments(), "it gets nothing any more");
    }

    @Test
    void whatMayHaveRunFailsAndIsNotRepeated() {
        List<CompletableFuture<Integer>> calls = calls(1, 3);
        a.open().completeExceptionally(a.diedInCall());
        ActorDeadException dead = assertInstanceOf(ActorDeadException.class, failure(calls.get(0)));
        assertTrue(dead.mayHaveRun());
        b.answer(20);
        b.answer(30);
        assertEquals(List.of(2, 3), b.arguments());
    }

    @Test
    void withNobodyLeftAllThatWaitsFailsAndWhatComesLaterDoes() {
        List<CompletableFuture<Integer>> calls = calls(1, 5);
        a.open().completeExceptionally(a.diedInCall());
        b.open().completeExceptionally(b.diedBefore());
        assertTrue(failure(calls.get(0)).getMessage().contains("whether it has run is not known"));
        List<CompletableFuture<Integer>> stranded = new ArrayList<>(calls.subList(1, 5));
        stranded.add(call(6));
        for (CompletableFuture<Integer> each : stranded) {
            ActorDeadException dead = assertInstanceOf(ActorDeadException.class, failure(each));
            assertEquals(
                    "signal: 9 (SIGKILL) -- all 2 actors of the pool died, the last was actor b [actor=b]",
                    dead.getMessage());
            assertFalse(dead.mayHaveRun());
        }
        assertEquals(List.of(), pool.living());
        assertEquals(0, pool.waiting());
    }

    @Test
    void manyActorsThatAreFoundDeadOneAfterTheOtherCostNobodyItsCall() {
        pool = pool(1, 100, a.behaves(call -> CompletableFuture.failedFuture(a.diedBefore())), b);
        CompletableFuture<Integer> call = call(1);
        assertEquals(List.of(1), a.arguments());
        b.answer(5);
        assertEquals(5, call.join());
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsIsNeverMade() {
        List<CompletableFuture<Integer>> calls = calls(1, 4);
        assertTrue(calls.get(2).cancel(true));
        assertEquals(1, pool.waiting());
        a.answer(10);
        assertEquals(List.of(1, 4), a.arguments());
    }

    @Test
    void aCallThatIsCancelledAtAnActorIsCancelledThereAndTheNextOneGoesThere() {
        List<CompletableFuture<Integer>> calls = calls(1, 3);
        calls.get(0).cancel(true);
        assertTrue(a.calls().get(0).answer().isCancelled());
        assertEquals(List.of(1, 3), a.arguments());
    }

    @Test
    void aCancelledCallOfADeadActorIsNotMadeElsewhere() {
        CompletableFuture<Integer> atTheActor = uncancellable();
        List<String> called = new ArrayList<>();
        CompletableFuture<Integer> call = pool.call(actor -> {
            called.add(actor.id());
            return atTheActor;
        });
        call.cancel(true);
        atTheActor.completeExceptionally(a.diedBefore());
        assertEquals(List.of("a"), called);
        assertEquals(0, pool.waiting());
        assertEquals(1, pool.living().size());
    }

    @Test
    void timeInThePoolCounts() {
        List<CompletableFuture<Integer>> calls = calls(1, 3);
        timers.advance(Duration.ofSeconds(4));
        a.answer(10);
        assertEquals(DEADLINE, a.calls().get(0).deadline());
        assertEquals(Duration.ofSeconds(6), a.calls().get(1).deadline());
        assertFalse(calls.get(2).isDone());
    }

    @Test
    void whatWaitsTooLongFailsAndSaysForWhom() {
        List<CompletableFuture<Integer>> first = calls(1, 3);
        timers.advance(Duration.ofSeconds(4));
        CompletableFuture<Integer> later = call(4);
        timers.advance(Duration.ofMillis(5_999));
        assertFalse(first.get(2).isDone());
        timers.advance(Duration.ofMillis(1));
        OrreryException late = failure(first.get(2));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertEquals(
                "waited 10000 ms for one of the 2 actors of the pool that live to be free: actor a, actor b",
                late.getMessage());
        assertFalse(later.isDone());
        timers.advance(Duration.ofSeconds(4));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(later).code());
        assertEquals(0, pool.waiting());
        a.answer(10);
        assertEquals(List.of(1), a.arguments(), "what is late is not made");
    }

    @Test
    void anAlarmThatWasForAnEarlierCallIsFollowedByTheNext() {
        calls(1, 3);
        timers.advance(Duration.ofSeconds(9));
        CompletableFuture<Integer> later = call(4);
        a.answer(10);
        assertEquals(1, pool.waiting());
        timers.advance(Duration.ofSeconds(9));
        assertFalse(later.isDone());
        timers.advance(Duration.ofSeconds(1));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(later).code());
    }

    @Test
    void aCallOfADeadActorThatFindsNobodyFreeKeepsItsOwnTime() {
        pool = pool(1, 100, a, b);
        CompletableFuture<Integer> first = call(1);
        timers.advance(Duration.ofSeconds(5));
        calls(2, 3);
        a.open().completeExceptionally(a.diedBefore());
        assertEquals(2, pool.waiting());
        timers.advance(Duration.ofSeconds(5));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(first).code());
        assertEquals(1, pool.waiting());
    }

    @Test
    void withoutTimeForTheActorItIsNotCalled() {
        CompletableFuture<Integer> third = calls(1, 3).get(2);
        clock.advance(DEADLINE.minusNanos(1));
        a.answer(10);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(third).code());
        assertEquals(List.of(1), a.arguments());
        call(4);
        assertEquals(List.of(1, 4), a.arguments(), "it is free");
    }

    @Test
    void manyCallsThatFailAtOnceDoNotGrowTheStack() {
        pool = pool(1, 100_000, a);
        List<CompletableFuture<Integer>> calls = calls(0, 10_000);
        a.behaves(call -> CompletableFuture.failedFuture(OrreryException.of(ErrorCode.NOT_SERIALIZABLE, "no")));
        a.answer(1);
        assertTrue(calls.stream().allMatch(CompletableFuture::isDone));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, failure(calls.get(10_000)).code());
    }

    @Test
    void whatReadingTheArgumentsThrowsFailsThatCallOnly() {
        CompletableFuture<Integer> broken = pool.call(actor -> {
            throw new IllegalStateException("this tensor is closed");
        });
        assertEquals(
                "this tensor is closed",
                assertThrows(CompletionException.class, broken::join).getCause().getMessage());
        calls(1, 2);
        assertEquals(2, a.calls().size() + b.calls().size());
    }

    @Test
    void aCallbackThatCallsAgainIsServed() {
        pool = pool(1, 100, a);
        CompletableFuture<Integer> chain = call(1).thenCompose(this::call).thenCompose(this::call);
        a.answer(2);
        a.answer(3);
        a.answer(4);
        assertEquals(4, chain.join());
        assertEquals(List.of(1, 2, 3), a.arguments());
    }

    @Test
    void aTensorThatNobodyTakesIsClosed() {
        CompletableFuture<Tensor> atTheActor = uncancellable();
        CompletableFuture<Tensor> call = pool.call(actor -> atTheActor);
        call.cancel(true);
        Tensor result = Tensor.ofInts(new int[] {1}, 1);
        atTheActor.complete(result);
        assertTrue(result.isClosed());
    }

    /** Its answer is on the way. */
    private static <T> CompletableFuture<T> uncancellable() {
        return new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
    }
}
