package dev.orrery.examples.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.examples.chaos.history.Operation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestCheckTest {
    private static final long DEADLINE = 1_000;
    private static final long SLACK = 100;

    private final RequestCheck check = new RequestCheck(SLACK, operation -> "right " + operation.number());

    private void ended(long end, Operation.Outcome outcome, String detail) {
        check.accept(new Operation("driver", 5, Operation.Kind.REQUEST, "alpha", 0, DEADLINE, end, outcome, detail));
    }

    private void expectViolation(String words) {
        List<Violation> violations = check.violations();
        assertEquals(1, violations.size(), violations.toString());
        assertTrue(violations.get(0).what().contains(words), violations.toString());
    }

    @Test
    void answersAndTypedErrorsInTimeAreFine() {
        ended(10, Operation.Outcome.ANSWERED, "right 5");
        ended(DEADLINE + SLACK, Operation.Outcome.FAILED, "DEADLINE_EXCEEDED");
        ended(10, Operation.Outcome.FAILED, "OVERLOADED");
        assertEquals(List.of(), check.violations());
        assertEquals(
                Map.of("REQUEST ANSWERED", 1L, "REQUEST FAILED DEADLINE_EXCEEDED", 1L, "REQUEST FAILED OVERLOADED", 1L),
                check.outcomes());
    }

    @Test
    void aWrongAnswer() {
        ended(10, Operation.Outcome.ANSWERED, "right 4");
        expectViolation("should have been right 5");
    }

    @Test
    void aLostRequest() {
        ended(0, Operation.Outcome.OPEN, "");
        expectViolation("neither");
    }

    @Test
    void aSecondAnswer() {
        ended(10, Operation.Outcome.AGAIN, "right 5");
        expectViolation("once more");
    }

    @Test
    void anEndAfterTheDeadline() {
        ended(DEADLINE + SLACK + 1, Operation.Outcome.ANSWERED, "right 5");
        expectViolation("after its deadline");
    }

    @Test
    void aDefectIsNoExcuse() {
        ended(10, Operation.Outcome.FAILED, "INTERNAL");
        expectViolation("no error that a fault may cause");
    }

    @Test
    void anUntypedErrorIsNoExcuse() {
        ended(10, Operation.Outcome.FAILED, "java.lang.NullPointerException");
        expectViolation("no error that a fault may cause");
    }
}
