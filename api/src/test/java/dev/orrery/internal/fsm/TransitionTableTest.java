package dev.orrery.internal.fsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class TransitionTableTest {
    private static final Logger LOG = LoggerFactory.getLogger(TransitionTableTest.class);

    private enum Door {
        SHUT,
        OPEN,
        BRICKED_UP
    }

    private enum Event {
        PUSH,
        PULL,
        BRICK_UP
    }

    private static TransitionTable.Builder<Door, Event> incomplete() {
        return TransitionTable.named("Door", Door.SHUT, Event.class)
                .go(Door.SHUT, Event.PUSH, Door.OPEN)
                .ignore(Door.SHUT, Event.PULL, "it is shut")
                .go(Door.SHUT, Event.BRICK_UP, Door.BRICKED_UP)
                .ignore(Door.OPEN, Event.PUSH, "it is open")
                .go(Door.OPEN, Event.PULL, Door.SHUT)
                .refuse(Door.OPEN, Event.BRICK_UP, "somebody may stand in it");
    }

    private static TransitionTable<Door, Event> table() {
        return incomplete()
                .rest(Door.BRICKED_UP, event -> new Outcome.Ignore<>("bricks"))
                .build();
    }

    private static StateMachine<Door, Event> door(Door state) {
        return new StateMachine<>(table(), "front", LOG, state);
    }

    @Test
    void tableWithAGapIsNotBuilt() {
        IllegalStateException gap =
                assertThrows(IllegalStateException.class, () -> incomplete().build());
        assertEquals("Door: nothing said about [PUSH, PULL, BRICK_UP] in BRICKED_UP", gap.getMessage());
    }

    @Test
    void pairIsSaidOnce() {
        IllegalStateException twice =
                assertThrows(IllegalStateException.class, () -> incomplete().ignore(Door.OPEN, Event.PULL, "no"));
        assertEquals("Door: (OPEN, PULL) was said twice", twice.getMessage());
    }

    @Test
    void restFillsOnlyWhatIsLeft() {
        TransitionTable<Door, Event> table = incomplete()
                .go(Door.BRICKED_UP, Event.PUSH, Door.OPEN)
                .rest(Door.BRICKED_UP, event -> new Outcome.Refuse<>("no " + event))
                .build();
        assertEquals(new Outcome.Go<>(Door.OPEN), table.on(Door.BRICKED_UP, Event.PUSH));
        assertEquals(new Outcome.Refuse<>("no PULL"), table.on(Door.BRICKED_UP, Event.PULL));
    }

    @Test
    void startsInTheInitialStateOrTheRecordedOne() {
        assertEquals(Door.SHUT, new StateMachine<>(table(), "front", LOG).state());
        assertEquals(Door.OPEN, door(Door.OPEN).state());
    }

    @Test
    void goesIgnoresAndRefuses() {
        StateMachine<Door, Event> door = door(Door.SHUT);
        assertFalse(door.fire(Event.PULL, "somebody pulls"));
        assertEquals(Door.SHUT, door.state());
        assertTrue(door.fire(Event.PUSH, "somebody pushes"));
        assertEquals(Door.OPEN, door.state());
        OrreryException refused = assertThrows(OrreryException.class, () -> door.fire(Event.BRICK_UP, "mason"));
        assertEquals(ErrorCode.INTERNAL, refused.code());
        assertEquals(
                "Door: BRICK_UP is refused in state OPEN: somebody may stand in it [id=front]", refused.getMessage());
        assertEquals(Door.OPEN, door.state());
    }

    @Test
    void goingToTheSameStateIsNoChange() {
        TransitionTable<Door, Event> table = TransitionTable.named("Door", Door.SHUT, Event.class)
                .rest(Door.SHUT, event -> new Outcome.Go<>(Door.SHUT))
                .rest(Door.OPEN, event -> new Outcome.Go<>(Door.SHUT))
                .rest(Door.BRICKED_UP, event -> new Outcome.Go<>(Door.SHUT))
                .build();
        assertFalse(new StateMachine<>(table, "front", LOG).fire(Event.PUSH, "test"));
    }

    @Test
    void diagramHasEachArrowOnce() {
        assertEquals(
                """
                stateDiagram-v2
                    [*] --> SHUT
                    SHUT --> OPEN: PUSH
                    SHUT --> BRICKED_UP: BRICK_UP
                    OPEN --> SHUT: PULL
                """,
                table().toMermaid());
        String merged = incomplete()
                .rest(Door.BRICKED_UP, event -> new Outcome.Go<>(Door.OPEN))
                .build()
                .toMermaid();
        assertTrue(merged.contains("    BRICKED_UP --> OPEN: BRICK_UP, PULL, PUSH\n"), merged);
    }
}
