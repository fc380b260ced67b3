package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.fsm.TransitionTable.Outcome;
import org.junit.jupiter.api.Test;

final class WorldPhaseTest {
    @Test
    void finalPhasesStay() {
        for (WorldEvent event : WorldEvent.values()) {
            assertTrue(WorldPhase.TABLE.on(WorldPhase.BROKEN, event) instanceof Outcome.Ignore);
            assertTrue(WorldPhase.TABLE.on(WorldPhase.CLOSED, event) instanceof Outcome.Ignore);
        }
    }

    @Test
    void phasesHaveTheirMessages() {
        for (WorldPhase phase : WorldPhase.values()) {
            assertEquals(phase.name(), phase.toMessage().name());
        }
    }

    @Test
    void theLatestLeftIdsAreRemembered() {
        LeftWorlds left = new LeftWorlds(3);
        for (long id = 1; id <= 5; id++) {
            left.add(id);
        }
        assertFalse(left.contains(2));
        assertTrue(left.contains(3) && left.contains(5));
    }
}
