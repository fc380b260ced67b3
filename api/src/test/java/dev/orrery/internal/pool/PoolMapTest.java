package dev.orrery.internal.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorPoolOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.TestingActor;
import dev.orrery.testing.TestingCounter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoolMapTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** When nothing is going to happen. */
    private static final Duration SHORT = Duration.ofMillis(20);

    private final TestingActor a = new TestingActor("a");
    private final TestingActor b = new TestingActor("b");
    private final CallPool<TestingCounter> pool = new CallPool<>(
            List.of(a.ref(), b.ref()), ActorPoolOptions.builder().maxWaiting(0).build());

    private List<Integer> map(List<Integer> arguments, Duration timeout) {
        return PoolMap.results(
                pool, (actor, argument) -> actor.call(TestingCounter::add, argument), arguments, timeout);
    }

    private static CompletableFuture<Object> doubled(TestingActor.Asked call) {
        return CompletableFuture.completedFuture(2 * (Integer) call.arguments().get(0));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.rangeClosed(1, count).boxed().toList();
    }

    private static OrreryException refusal(Runnable call) {
        return assertThrows(OrreryException.class, call::run);
    }

    @Test
    void manyMoreThanMayWaitAreMapped() {
        a.behaves(PoolMapTest::doubled);
        b.behaves(PoolMapTest::doubled);
        List<Integer> results = map(numbers(10_000), LONG);
        assertEquals(numbers(10_000).stream().map(number -> 2 * number).toList(), results);
        assertEquals(5_000, a.calls().size());
        assertEquals(List.of(), map(List.of(), LONG));
    }

    @Test
    void resultsComeInTheOrderOfTheArguments() {
        b.behaves(call -> {
            if (call.arguments().get(0).equals(4)) {
                a.answer(10);
            }
            return doubled(call);
        });
        assertEquals(List.of(10, 4, 6, 8), map(numbers(4), LONG));
    }

    @Test
    void nothingIsAResult() {
        a.behaves(call -> CompletableFuture.completedFuture(null));
        b.behaves(PoolMapTest::doubled);
        assertEquals(Collections.singletonList(null), map(List.of(1), LONG));
    }

    @Test
    void theFirstFailureNamesItsArgumentAndEndsTheRest() {
        b.behaves(call -> call.arguments().get(0).equals(4)
                ? CompletableFuture.failedFuture(OrreryException.of(ErrorCode.ACTOR_FAILED, "no more"))
                : doubled(call));
        OrreryException failed = refusal(() -> map(numbers(100), LONG));
        assertEquals(ErrorCode.ACTOR_FAILED, failed.code());
        assertEquals("argument 4 of 100: no more", failed.getMessage());
        assertTrue(a.calls().get(0).answer().isCancelled());
        assertEquals(List.of(2, 3, 4), b.arguments());
        assertEquals(0, pool.waiting());
    }

    @Test
    void aFailureOfTheLastOneIsToldBeforeTheOthersEnd() {
        b.behaves(call -> CompletableFuture.failedFuture(OrreryException.of(ErrorCode.ACTOR_FAILED, "no more")));
        assertEquals(
                "argument 2 of 2: no more", refusal(() -> map(numbers(2), LONG)).getMessage());
        assertTrue(a.calls().get(0).answer().isCancelled());
    }

    @Test
    void itsTimeEndsItAndAllThatItBegan() {
        OrreryException late = refusal(() -> map(numbers(9), SHORT));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertEquals("waited 20 ms for 9 of 9 calls of a pool, the first of them with argument 1", late.getMessage());
        assertEquals(List.of(1), a.arguments(), "what waited is not begun");
        assertTrue(a.calls().get(0).answer().isCancelled());
        assertTrue(b.calls().get(0).answer().isCancelled());
        assertEquals(0, pool.waiting());
    }

    @Test
    void whatIsNotTakenIsClosed() {
        Tensor result = Tensor.ofInts(new int[] {1}, 1);
        refusal(() -> PoolMap.results(
                pool,
                (actor, number) ->
                        number == 1 ? CompletableFuture.completedFuture(result) : new CompletableFuture<Tensor>(),
                numbers(2),
                SHORT));
        assertTrue(result.isClosed());
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        OrreryException interrupted = refusal(() -> map(numbers(3), LONG));
        assertTrue(Thread.interrupted());
        assertEquals(ErrorCode.CANCELLED, interrupted.code());
    }

    @Test
    void aDeathInTheMiddleCostsNothingThatWasNotBegun() {
        a.behaves(call -> CompletableFuture.failedFuture(a.diedBefore()));
        b.behaves(PoolMapTest::doubled);
        assertEquals(List.of(2, 4, 6), map(numbers(3), LONG));
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                refusal(() -> map(numbers(1), Duration.ZERO)).code());
    }
}
