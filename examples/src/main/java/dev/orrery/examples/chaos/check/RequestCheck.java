package dev.orrery.examples.chaos.check;

import dev.orrery.error.ErrorCode;
import dev.orrery.examples.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Each operation is answered once, and rightly, or fails with a typed error by its deadline. */
public final class RequestCheck {
    static final String RULE = "answered once, or a typed error by the deadline";

    private final long slackNanos;
    private final Function<Operation, String> expected;
    private final Map<String, Long> outcomes = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /**
     * @param slackNanos by which a client may hear of the end later than its deadline
     * @param expected what a request has to be answered with
     */
    public RequestCheck(long slackNanos, Function<Operation, String> expected) {
        this.slackNanos = slackNanos;
        this.expected = expected;
    }

    public void accept(Operation operation) {
        String outcome = operation.outcome() == Operation.Outcome.FAILED
                ? operation.outcome() + " " + operation.detail()
                : operation.outcome().name();
        outcomes.merge(operation.kind() + " " + outcome, 1L, Long::sum);
        switch (operation.outcome()) {
            case OPEN -> violate(operation, "it was neither answered nor did it fail", operation.deadlineNanos());
            case AGAIN -> violate(operation, "it ended once more", operation.endNanos());
            case ANSWERED -> {
                if (operation.kind() == Operation.Kind.REQUEST) {
                    String right = expected.apply(operation);
                    if (!right.equals(operation.detail())) {
                        violate(operation, "the answer should have been " + right, operation.endNanos());
                    }
                }
                inTime(operation);
            }
            case FAILED -> {
                if (!isTyped(operation.detail())) {
                    violate(operation, "that is no error that a fault may cause", operation.endNanos());
                }
                inTime(operation);
            }
        }
    }

    private void inTime(Operation operation) {
        long late = operation.endNanos() - operation.deadlineNanos();
        if (late > slackNanos) {
            violate(operation, "it ended " + late / 1_000_000 + " ms after its deadline", operation.endNanos());
        }
    }

    /** What a user did, and defects, are no excuse. */
    private static boolean isTyped(String code) {
        for (ErrorCode known : ErrorCode.values()) {
            if (known.name().equals(code)) {
                ErrorCode.Category category = known.category();
                return category == ErrorCode.Category.AVAILABILITY
                        || category == ErrorCode.Category.CAPACITY
                        || category == ErrorCode.Category.TIME;
            }
        }
        return false;
    }

    private void violate(Operation operation, String what, long untilNanos) {
        violations.add(new Violation(RULE, operation + ": " + what, operation.startNanos(), untilNanos));
    }

    /** How many operations ended how. */
    public Map<String, Long> outcomes() {
        return Map.copyOf(outcomes);
    }

    public List<Violation> violations() {
        return List.copyOf(violations);
    }
}
