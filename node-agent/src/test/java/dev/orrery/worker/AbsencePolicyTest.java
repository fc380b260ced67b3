package dev.orrery.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.worker.AbsencePolicy.Absence;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AbsencePolicyTest {
    private final AbsencePolicy policy = new AbsencePolicy(Duration.ofMinutes(10));

    private Optional<Integer> code(Absence absence, Duration now) {
        return policy.decide(absence, now.toNanos()).map(ExitReason::code);
    }

    @Test
    void aWorkerThatNoAgentAcceptsExitsAfterHalfAMinute() {
        Absence never = new Absence(false, 0, 0, false);
        assertTrue(code(never, Duration.ofSeconds(30)).isEmpty());
        assertEquals(Optional.of(ExitReason.UNREGISTERED), code(never, Duration.ofSeconds(31)));
    }

    @Test
    void anUnusedWorkerExitsAfterTheGracePeriod() {
        Absence unused = new Absence(true, 0, 0, false);
        assertTrue(code(unused, Duration.ofMinutes(10)).isEmpty());
        assertEquals(Optional.of(ExitReason.ABANDONED), code(unused, Duration.ofMinutes(11)));
    }

    @Test
    void aWorkerThatIsUsedStaysForEver() {
        assertTrue(code(new Absence(true, 0, 1, false), Duration.ofDays(9)).isEmpty());
        assertTrue(code(new Absence(true, 0, 0, true), Duration.ofDays(9)).isEmpty());
    }
}
