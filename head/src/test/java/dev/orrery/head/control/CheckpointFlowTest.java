package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.store.RecordKey.CheckpointKey;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Checkpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What actors save, through their lives and those of leaders, also when a leader ends at any single write. */
class CheckpointFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);
    private final TestingDriver driver = new TestingDriver(cluster, "");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private boolean isKept(String actor) {
        return cluster.store.records().containsKey(new CheckpointKey(actor));
    }

    private ActorLife life(String actor) {
        return driver.actor(actor).getLife();
    }

    private ActorLife awaitLife(String actor, long incarnation) {
        cluster.await("life " + incarnation, LIMIT, () -> life(actor).getIncarnation() == incarnation);
        driver.awaitState(actor, "ALIVE");
        return life(actor);
    }

    private static ErrorCode refusal(Runnable call) {
        Throwable cause = assertThrows(CompletionException.class, call::run).getCause();
        return ((OrreryException) cause).code();
    }

    private void live() {
        String phoenix = driver.start("phoenix", 5);
        ActorLife first = life(phoenix);
        assertEquals("", driver.load(first));
        driver.save(first, 1, "one");
        driver.save(first, 2, "two");
        assertEquals("two", driver.load(first));
        cluster.kill("phoenix");
        ActorLife second = awaitLife(phoenix, 2);
        assertEquals("two", driver.load(second));
        assertEquals(ErrorCode.FENCED, refusal(() -> driver.save(first, 3, "of a life that is over")));
        assertEquals(ErrorCode.FENCED, refusal(() -> driver.load(first)));
        driver.save(second, 1, "three");
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        assertEquals("three", driver.load(second));
        driver.kill(phoenix);
        cluster.await("it is forgotten", LIMIT, () -> !isKept(phoenix));
    }

    @Test
    void theNextLifeGetsWhatTheLastOneSaved() {
        led();
        live();
    }

    @Test
    void aStateThatComesLateChangesNothing() {
        led();
        String actor = driver.start("actor", 1);
        driver.save(life(actor), 5, "five");
        int commits = cluster.store.commits();
        driver.save(life(actor), 4, "four");
        driver.save(life(actor), 5, "five again");
        assertEquals("five", driver.load(life(actor)));
        assertEquals(commits, cluster.store.commits(), "nothing is written");
        Checkpoint view = driver.actor(actor).getCheckpoint();
        assertEquals(1, view.getIncarnation());
        assertEquals(5, view.getNumber());
        assertFalse(driver.actor(driver.start("other")).hasCheckpoint());
    }

    /** The node's silence decided that its life is over, whatever it does. */
    @Test
    void aLifeOnANodeThatWasGivenUpSavesNothing() {
        led();
        String actor = driver.start("actor", 1);
        ActorLife first = life(actor);
        driver.save(first, 1, "one");
        cluster.nodes.get(driver.actor(actor).getNode()).hostDown = true;
        cluster.await(
                "a life elsewhere", Duration.ofSeconds(60), () -> life(actor).getIncarnation() == 2);
        assertEquals(ErrorCode.FENCED, refusal(() -> driver.save(first, 2, "two")));
        assertEquals("one", driver.load(awaitLife(actor, 2)));
    }

    @Test
    void itIsForgottenWhenNoLifeFollows() {
        led();
        String actor = driver.start("actor");
        driver.save(life(actor), 1, "one");
        cluster.kill("actor");
        driver.awaitState(actor, "DEAD");
        cluster.await("it is forgotten", LIMIT, () -> !isKept(actor));
    }

    @Test
    void allOfThemTogetherAreBounded() {
        cluster.settings(dev.orrery.head.reconcile.Settings.defaults().withCheckpointBytes(250));
        led();
        String one = driver.start("one");
        String other = driver.start("other");
        driver.save(life(one), 1, "x".repeat(150));
        assertEquals(ErrorCode.RESOURCE_EXHAUSTED, refusal(() -> driver.save(life(other), 1, "x".repeat(100))));
        driver.save(life(one), 2, "x".repeat(100));
        driver.save(life(other), 1, "x".repeat(100));
        driver.kill(one);
        cluster.await("it is forgotten", LIMIT, () -> !isKept(one));
        driver.save(life(other), 2, "x".repeat(200));
    }

    @Test
    void aLeaderThatEndsAtAnyWriteLosesNothingThatWasSaved() {
        CheckpointFlowTest whole = new CheckpointFlowTest();
        whole.led();
        whole.live();
        for (Fate fate : List.of(Fate.CRASH_BEFORE, Fate.CRASH_AFTER, Fate.UNANSWERED)) {
            EachCommit.of(whole.cluster.store.commits(), commit -> {
                CheckpointFlowTest run = new CheckpointFlowTest();
                run.cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
                run.led();
                run.live();
            });
        }
    }
}
