package dev.orrery.nccl.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.orrery.internal.fsm.TransitionTable.Outcome;
import dev.orrery.nccl.gpu.GroupPhase.Event;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GroupPhaseTest {
    /** From each phase, what each event leads to; others are ignored or refused. */
    private static final Map<GroupPhase, Map<Event, GroupPhase>> LEADS = Map.of(
            GroupPhase.WAITING,
            Map.of(
                    Event.ID_KNOWN, GroupPhase.JOINING,
                    Event.DRAINED, GroupPhase.GONE,
                    Event.BROKEN, GroupPhase.GONE),
            GroupPhase.JOINING,
            Map.of(
                    Event.JOINED, GroupPhase.READY,
                    Event.DRAINED, GroupPhase.ABORTING,
                    Event.BROKEN, GroupPhase.ABORTING),
            GroupPhase.READY,
            Map.of(Event.DRAINED, GroupPhase.FINISHING, Event.BROKEN, GroupPhase.ABORTING),
            GroupPhase.FINISHING,
            Map.of(Event.BROKEN, GroupPhase.ABORTING, Event.ENDED, GroupPhase.GONE),
            GroupPhase.ABORTING,
            Map.of(Event.ENDED, GroupPhase.GONE),
            GroupPhase.GONE,
            Map.of());

    @ParameterizedTest
    @EnumSource(GroupPhase.class)
    void eachEventIsHandled(GroupPhase phase) {
        for (Event event : Event.values()) {
            Outcome<GroupPhase> outcome = GroupPhase.TABLE.on(phase, event);
            Map<Event, GroupPhase> leads = new EnumMap<>(Event.class);
            leads.putAll(LEADS.get(phase));
            if (leads.containsKey(event)) {
                assertEquals(
                        leads.get(event),
                        assertInstanceOf(Outcome.Go.class, outcome).to());
            } else if (phase == GroupPhase.ABORTING || phase == GroupPhase.GONE) {
                assertInstanceOf(Outcome.Ignore.class, outcome, phase + " " + event);
            } else if (phase == GroupPhase.FINISHING && event == Event.DRAINED) {
                assertInstanceOf(Outcome.Ignore.class, outcome);
            } else {
                assertInstanceOf(Outcome.Refuse.class, outcome, phase + " " + event);
            }
        }
    }
}
