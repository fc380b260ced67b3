package dev.orrery.examples.model.worlds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.orrery.examples.model.Event;
import dev.orrery.examples.model.Explorer.Result;
import dev.orrery.examples.model.Explorer.Violation;
import dev.orrery.examples.model.Scenarios;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every state that worlds, routes and requests can get into by production's own decisions, within the bounds below, is
 * visited, and none is wrong; without any one of the guards one is. docs/model.md says what that means.
 */
class WorldsModelTest {
    private static final List<Integer> ONE = List.of(1);
    private static final List<Integer> TWO = List.of(2);
    private static final List<Integer> ONE_AFTER_THE_OTHER = List.of(1, 1);

    private static final Set<Enum<?>> AWAY_FROM_WORLDS =
            Set.of(Event.WORKER_CRASHES, PipelineEvent.LINK_IS_CUT, PipelineEvent.CLIENT_IS_CUT_OFF);

    /** The longest ones first. */
    private static final List<PipelineBounds> ALL = List.of(
            PipelineBounds.of(2, ONE, 0, 1, 0),
            PipelineBounds.of(1, ONE, 1, 1, 0),
            PipelineBounds.of(1, ONE_AFTER_THE_OTHER, 1, 1, 1).with(Speed.LAST),
            PipelineBounds.of(1, TWO, 1, 1, 1).with(Speed.LAST).with(AWAY_FROM_WORLDS),
            PipelineBounds.of(1, ONE, 1, 1, 1).with(Speed.AT_ONCE),
            PipelineBounds.of(1, ONE, 1, 2, 0).with(Speed.AT_ONCE),
            PipelineBounds.of(1, TWO, 1, 1, 0).with(Speed.AT_ONCE),
            PipelineBounds.of(1, TWO, 1, 1, 0).scaledTo(1).with(Speed.LAST),
            PipelineBounds.of(1, ONE, 1, 2, 0).with(Speed.LAST),
            PipelineBounds.of(1, TWO, 2, 1, 0).with(Speed.LAST),
            PipelineBounds.of(1, ONE_AFTER_THE_OTHER, 1, 1, 0).with(Speed.AT_ONCE),
            PipelineBounds.of(1, ONE, 1, 0, 2).with(Speed.LAST),
            PipelineBounds.of(1, TWO, 1, 0, 1).with(Speed.AT_ONCE),
            PipelineBounds.of(1, TWO, 1, 0, 1).with(Speed.LAST),
            PipelineBounds.of(1, TWO, 1, 0, 0).scaledTo(1));

    private static Level before;

    @BeforeAll
    static void keepQuiet() {
        before = Scenarios.quiet(Level.OFF);
    }

    @AfterAll
    static void logAgain() {
        Scenarios.quiet(before);
    }

    @Test
    void noStateIsWrong() throws InterruptedException, ExecutionException {
        Scenarios.expectNoneWrong(ALL.stream()
                .map(bounds -> (Callable<Result>) () -> PipelineScenarios.explore(bounds, RoutingGuards.ALL))
                .toList());
    }

    @Test
    void aLaterLifeTakesPartInAnEarlierOnesWorldWhereNobodyChecksWhoItIs() {
        Violation found =
                counterexample(PipelineBounds.of(2, ONE, 0, 1, 0).deploying(), RoutingGuards.ALL.withoutLifeCheck());
        assertTrue(found.what().endsWith("#2 takes part in a world as 1-1#1"), found.what());
    }

    @Test
    void aGatewaySendsToADrainedReplicaWhereItFollowsAnEarlierTable() {
        Violation found = counterexample(
                PipelineBounds.of(1, TWO, 1, 0, 0).scaledTo(1).with(Speed.AT_ONCE),
                RoutingGuards.ALL.withoutTableCheck());
        assertTrue(found.what().contains("which a later table had dropped"), found.what());
    }

    @Test
    void aRequestIsAnsweredTwiceWhereNobodyKeepsAccountOfIt() {
        Violation found = counterexample(
                PipelineBounds.of(1, TWO, 1, 0, 1).with(Speed.LAST), RoutingGuards.ALL.withoutDuplicateCheck());
        assertEquals("request 1 is answered a second time", found.what());
    }

    private static Violation counterexample(PipelineBounds bounds, RoutingGuards guards) {
        return PipelineScenarios.explore(bounds, guards).violation().orElseThrow();
    }
}
