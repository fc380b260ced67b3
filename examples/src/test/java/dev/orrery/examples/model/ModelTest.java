package dev.orrery.examples.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import dev.orrery.examples.model.Explorer.Violation;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every state that heads, ZooKeeper, agents and workers can get into by production's own decisions, within the bounds below,
 * is visited, and none is wrong; without any one of the guards one is. docs/model.md says what that means.
 */
class ModelTest {
    private static final List<Bounds> ALL = List.of(
            Bounds.settled(3, 2, 2, 0),
            Bounds.settled(1, 1, 0, 2),
            Bounds.settled(1, 0, 1, 2),
            Bounds.starting(1, 1, 1));

    /** Where there is more room on a node. */
    private static final List<Bounds> FEWER_ACTORS = List.of(Bounds.settled(1, 2, 2, 0), Bounds.settled(2, 2, 1, 0));

    private static final int CORES = 2;

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
    void noStateIsWrong() {
        ALL.forEach(bounds -> Scenarios.expectNoneWrong(Scenarios.explore(bounds, Guards.ALL, CORES)));
    }

    @Test
    void noStateIsWrongWithFewerActors() {
        FEWER_ACTORS.forEach(bounds -> Scenarios.expectNoneWrong(Scenarios.explore(bounds, Guards.ALL, CORES)));
    }

    @Test
    void aLeaderThatWasStoppedWritesWhereNobodyChecksTheEpoch() {
        Violation found = counterexample(Bounds.settled(1, 2, 0, 0), Guards.ALL.withoutStoreCheck());
        assertEquals("a write of epoch 1 lands in epoch 2", found.what());
    }

    @Test
    void anAgentFollowsAReplacedLeaderWhereItDoesNotLookAtTheEpoch() {
        Violation found = counterexample(Bounds.settled(1, 2, 0, 0), Guards.ALL.withoutAgentCheck());
        assertEquals("node node-a follows epoch 1 after epoch 2", found.what());
    }

    @Test
    void aCallIsAnsweredByTheNextLifeWhereNobodyChecksTheIncarnation() {
        Violation found = counterexample(Bounds.settled(1, 1, 0, 0), Guards.ALL.withoutLifeCheck());
        assertEquals("a call for x#1 at node-a:1 is answered by x#2", found.what());
    }

    private static Violation counterexample(Bounds bounds, Guards guards) {
        return Scenarios.explore(bounds, guards, 1).violation().orElseThrow();
    }
}
