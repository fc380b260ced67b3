package dev.orrery.examples.chaos.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.examples.chaos.history.Operation;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final Answers answers = new Answers();

    private void answered(String pipeline, long... times) {
        for (long time : times) {
            answers.accept(new Operation(
                    "driver", time, Operation.Kind.REQUEST, pipeline, 0, 0, time, Operation.Outcome.ANSWERED, ""));
        }
    }

    @Test
    void aGapIsOfOnePipeline() {
        answered("alpha", 10, 20, 60, 70);
        answered("beta", 30, 10, 50, 40, 20);
        answers.sort();
        assertEquals(40, answers.longestGapNanos(0, 100));
    }

    @Test
    void aGapCountsThatIsPartlyInside() {
        answered("alpha", 10, 20, 60, 70);
        answers.sort();
        assertEquals(40, answers.longestGapNanos(55, 65));
        assertEquals(10, answers.longestGapNanos(62, 65));
        assertEquals(10, answers.longestGapNanos(5, 15));
    }
}
