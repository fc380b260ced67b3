package dev.orrery.examples.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.examples.chaos.history.Operation;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterCheckTest {
    private final CounterCheck check = new CounterCheck(Set.of("exclusive"));
    private long calls;

    private void answered(String target, long start, long end, Reading reading) {
        check.accept(operation(target, start, end, Operation.Outcome.ANSWERED, reading.text()));
    }

    private void answered(long start, long end, long value) {
        answered("counter", start, end, new Reading("actor", 1, 77, value));
    }

    private void failed(long start, long end, String code) {
        check.accept(operation("counter", start, end, Operation.Outcome.FAILED, code));
    }

    private Operation operation(String target, long start, long end, Operation.Outcome outcome, String detail) {
        return new Operation(
                "driver", ++calls, Operation.Kind.INCREMENT, target, start, start + 1_000, end, outcome, detail);
    }

    private List<String> rules() {
        return check.violations().stream().map(Violation::rule).distinct().toList();
    }

    @Test
    void callsAtOnceMayBeTakenInAnyOrder() {
        answered(0, 100, 2);
        answered(10, 90, 1);
        answered(20, 120, 3);
        assertEquals(List.of(), check.violations());
    }

    @Test
    void aValueIsGivenTwice() {
        answered(0, 10, 1);
        answered(20, 30, 1);
        assertEquals(List.of(CounterCheck.ORDER), rules());
    }

    @Test
    void aLaterCallIsGivenALowerValue() {
        answered(0, 10, 2);
        answered(20, 30, 1);
        assertEquals(List.of(CounterCheck.ORDER), rules());
    }

    @Test
    void aLaterCallIsGivenALowerValueWithAnotherBetween() {
        answered(0, 10, 3);
        answered(20, 30, 1);
        answered(0, 40, 2);
        assertEquals(List.of(CounterCheck.ORDER), rules());
    }

    @Test
    void aCallOfUnknownOutcomeMayHaveRun() {
        answered(0, 10, 1);
        failed(5, 15, "CONNECTION_LOST");
        answered(20, 30, 3);
        assertEquals(List.of(), check.violations());
    }

    @Test
    void aCallOfUnknownOutcomeNeedNotHaveRun() {
        answered(0, 10, 1);
        failed(5, 15, "ACTOR_DEAD");
        answered(20, 30, 2);
        assertEquals(List.of(), check.violations());
    }

    @Test
    void aCallRanTwice() {
        answered(0, 10, 1);
        answered(20, 30, 3);
        assertEquals(List.of(CounterCheck.ONCE), rules());
    }

    @Test
    void aCallOfUnknownOutcomeRanTwice() {
        failed(5, 15, "DEADLINE_EXCEEDED");
        answered(20, 30, 3);
        assertEquals(List.of(CounterCheck.ONCE), rules());
    }

    @Test
    void oneThatWasBegunLaterDidNotRunBefore() {
        answered(0, 10, 2);
        failed(20, 30, "CONNECTION_LOST");
        assertEquals(List.of(CounterCheck.ONCE), rules());
    }

    @Test
    void oneThatWasRefusedDidNotRun() {
        failed(5, 15, "ACTOR_OVERLOADED");
        answered(20, 30, 2);
        assertEquals(List.of(CounterCheck.ONCE), rules());
    }

    @Test
    void oneCallIsNotTwoLivesExcuse() {
        failed(0, 10, "CONNECTION_LOST");
        answered("counter", 20, 30, new Reading("actor", 1, 1, 2));
        answered("counter", 40, 50, new Reading("actor", 2, 2, 2));
        assertEquals(List.of(CounterCheck.ONCE), rules());
    }

    @Test
    void eachLifeBeginsAtNought() {
        answered("counter", 0, 10, new Reading("actor", 1, 1, 1));
        answered("counter", 20, 30, new Reading("actor", 2, 2, 1));
        answered("counter", 40, 50, new Reading("actor", 2, 2, 2));
        assertEquals(List.of(), check.violations());
        assertEquals(2, check.lives());
    }

    @Test
    void oneIncarnationLivesTwice() {
        answered("counter", 0, 10, new Reading("actor", 1, 1, 1));
        answered("counter", 20, 30, new Reading("actor", 1, 2, 2));
        assertEquals(List.of(CounterCheck.ONE_LIFE), rules());
    }

    @Test
    void anOlderLifeOfAnExclusiveActorAnswers() {
        answered("exclusive", 0, 10, new Reading("actor", 1, 1, 1));
        answered("exclusive", 20, 30, new Reading("actor", 2, 2, 1));
        answered("exclusive", 40, 50, new Reading("actor", 1, 1, 2));
        assertEquals(List.of(CounterCheck.NEWEST), rules());
    }

    @Test
    void anAnswerMayArriveAfterThatOfANewerLife() {
        answered("exclusive", 0, 40, new Reading("actor", 1, 1, 1));
        answered("exclusive", 20, 30, new Reading("actor", 2, 2, 1));
        assertEquals(List.of(), check.violations());
    }
}
