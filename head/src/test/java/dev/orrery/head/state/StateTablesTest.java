package dev.orrery.head.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateTablesTest {
    static List<TransitionTable<?, ?>> tables() {
        return StateTables.ALL;
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyPairHasAnOutcomeWithAReason(TransitionTable<?, ?> table) {
        assertEquals(List.of(), unexplained(table));
    }

    private static <S extends Enum<S>, E extends Enum<E>> List<String> unexplained(TransitionTable<S, E> table) {
        List<String> pairs = new java.util.ArrayList<>();
        for (S state : table.states().getEnumConstants()) {
            for (E event : table.events().getEnumConstants()) {
                Outcome<S> outcome = table.on(state, event);
                assertNotNull(outcome);
                boolean explained = outcome instanceof Outcome.Go<S>
                        || (outcome instanceof Outcome.Ignore<S> ignore
                                && !ignore.why().isBlank())
                        || (outcome instanceof Outcome.Refuse<S> refuse
                                && !refuse.why().isBlank());
                if (!explained) {
                    pairs.add(state + " " + event);
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyStateIsReachable(TransitionTable<?, ?> table) {
        assertReachable(table);
    }

    private static <S extends Enum<S>, E extends Enum<E>> void assertReachable(TransitionTable<S, E> table) {
        Set<S> reached = new TreeSet<>(Set.of(table.initial()));
        for (int round = 0; round < table.states().getEnumConstants().length; round++) {
            for (S state : List.copyOf(reached)) {
                for (E event : table.events().getEnumConstants()) {
                    if (table.on(state, event) instanceof Outcome.Go<S> go) {
                        reached.add(go.to());
                    }
                }
            }
        }
        assertEquals(Set.of(table.states().getEnumConstants()), reached);
    }

    @Test
    void finalStatesAreLeftByNothing() {
        assertFinal(StateTables.ACTOR, ActorState.DEAD);
        assertFinal(StateTables.JOB, JobState.ENDED);
        assertFinal(StateTables.PLACEMENT_GROUP, PlacementGroupState.REMOVED);
        assertFinal(StateTables.WORLD, WorldState.BROKEN);
        assertFinal(StateTables.WORLD, WorldState.CLOSED);
        assertFinal(StateTables.REPLICA, ReplicaState.GONE);
        assertFinal(StateTables.PIPELINE, PipelineState.STOPPED);
    }

    private static <S extends Enum<S>, E extends Enum<E>> void assertFinal(TransitionTable<S, E> table, S state) {
        for (E event : table.events().getEnumConstants()) {
            assertFalse(table.on(state, event) instanceof Outcome.Go<S>, state + " " + event);
        }
    }

    @Test
    void aReadyWorldSurvivesANewLeaderAndAFormingOneDoesNot() {
        assertInstanceOf(Outcome.Ignore.class, StateTables.WORLD.on(WorldState.READY, WorldEvent.LEADER_CHANGED));
        assertEquals(
                new Outcome.Go<>(WorldState.BROKEN),
                StateTables.WORLD.on(WorldState.FORMING, WorldEvent.LEADER_CHANGED));
    }

    @Test
    void aPipelineThatNeverRanFailsAndOneThatRanDegrades() {
        assertEquals(
                new Outcome.Go<>(PipelineState.FAILED),
                StateTables.PIPELINE.on(PipelineState.DEPLOYING, PipelineEvent.ACTOR_DEAD));
        assertEquals(
                new Outcome.Go<>(PipelineState.DEGRADED),
                StateTables.PIPELINE.on(PipelineState.RUNNING, PipelineEvent.ACTOR_DEAD));
    }

    @Test
    void theDocumentShowsTheTables() throws IOException {
        if (Boolean.getBoolean("orrery.regenerate")) {
            Files.createDirectories(StateMachinesDocument.PATH.getParent());
            Files.writeString(StateMachinesDocument.PATH, StateMachinesDocument.render());
        }
        assertTrue(
                Files.exists(StateMachinesDocument.PATH),
                "missing: " + StateMachinesDocument.PATH + "; run with -Dorrery.regenerate=true");
        assertEquals(StateMachinesDocument.render(), Files.readString(StateMachinesDocument.PATH));
    }
}
