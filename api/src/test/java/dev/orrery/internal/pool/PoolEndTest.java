package dev.orrery.internal.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.testing.TestingActor;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoolEndTest {
    @Test
    void aDeathIsToldByWhetherTheCallMayHaveRun() {
        TestingActor actor = new TestingActor("a");
        assertEquals(PoolEnd.LOST, PoolEnd.of(Optional.of(actor.diedInCall())));
        assertEquals(PoolEnd.NOT_BEGUN, PoolEnd.of(Optional.of(actor.diedBefore())));
    }

    @ParameterizedTest
    @EnumSource(value = ErrorCode.class, mode = EnumSource.Mode.EXCLUDE, names = "ACTOR_DEAD")
    void afterAnyOtherErrorTheActorGoesOn(ErrorCode code) {
        assertEquals(PoolEnd.ANSWERED, PoolEnd.of(Optional.of(OrreryException.of(code, "it failed"))));
    }

    @Test
    void resultsAndWhatIsNotOrrerysAreTheCallers() {
        assertEquals(PoolEnd.ANSWERED, PoolEnd.of(Optional.empty()));
        assertEquals(PoolEnd.ANSWERED, PoolEnd.of(Optional.of(new CancellationException())));
        assertEquals(PoolEnd.ANSWERED, PoolEnd.of(Optional.of(new IllegalStateException("closed"))));
    }
}
