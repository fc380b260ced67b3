package dev.orrery.internal.fsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TransitionTableTest {
    private enum Door {
        OPEN,
        SHUT,
        GONE
    }

    private enum Push {
        PUSH,
        PULL,
        BURN
    }

    private static TransitionTable.Builder<Door, Push> incomplete() {
        return TransitionTable.named("door", Door.SHUT, Push.class)
                .go(Door.SHUT, Push.PUSH, Door.OPEN)
                .ignore(Door.SHUT, Push.PULL, "it is shut")
                .go(Door.SHUT, Push.BURN, Door.GONE)
                .go(Door.OPEN, Push.PULL, Door.SHUT)
                .go(Door.OPEN, Push.BURN, Door.GONE)
                .rest(Door.GONE, push -> new TransitionTable.Outcome.Refuse<>("there is no door"));
    }

    private static TransitionTable<Door, Push> table() {
        return incomplete().ignore(Door.OPEN, Push.PUSH, "it is open").build();
    }

    @Test
    void refusesATableWithAGapOrTwoAnswers() {
        IllegalStateException gap =
                assertThrows(IllegalStateException.class, () -> incomplete().build());
        assertTrue(gap.getMessage().contains("PUSH") && gap.getMessage().contains("OPEN"), gap.getMessage());
        assertThrows(IllegalStateException.class, () -> incomplete().go(Door.SHUT, Push.PUSH, Door.GONE));
    }

    @Test
    void moves() {
        StateMachine<Door, Push> door =
                new StateMachine<>(table(), "front", LoggerFactory.getLogger(TransitionTableTest.class));
        assertEquals(Door.SHUT, door.state());
        assertFalse(door.fire(Push.PULL, "try"));
        assertTrue(door.fire(Push.PUSH, "try"));
        assertEquals(Door.OPEN, door.state());
        door.fire(Push.BURN, "fire");
        OrreryException refused = assertThrows(OrreryException.class, () -> door.fire(Push.PUSH, "late"));
        assertEquals(ErrorCode.INTERNAL, refused.code());
        assertEquals(Door.GONE, door.state());
    }

    @Test
    void drawsItself() {
        String diagram = table().toMermaid();
        assertTrue(diagram.contains("[*] --> SHUT"), diagram);
        assertTrue(diagram.contains("SHUT --> OPEN: PUSH"), diagram);
        assertFalse(diagram.contains("GONE -->"), diagram);
    }
}
