package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.NodeView;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Plain actors and their worlds through a whole life, also when the leader ends at any single write of it. */
class PlainActorFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);
    private final TestingDriver driver = new TestingDriver(cluster, "");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private void live() {
        String hub = driver.start("hub");
        String left = driver.start("left");
        String right = driver.start("right");
        long blue = driver.form("blue", hub, left);
        long red = driver.form("red", hub, right);
        cluster.kill("right");
        driver.awaitState(right, "DEAD");
        assertEquals("signal", driver.actor(right).getCauses(0).getKind());
        cluster.await("red BROKEN", LIMIT, () -> driver.world(red).getState().equals("BROKEN"));
        cluster.await("why", LIMIT, () -> driver.world(red).getCause().getKind().equals("signal"));
        assertEquals("READY", driver.world(blue).getState());
        String again = driver.start("right");
        long redAgain = driver.form("red", hub, again);
        assertEquals("READY", driver.world(blue).getState());
        assertEquals(4, cluster.launches(), "launches");
        for (long id : List.of(blue, red, redAgain)) {
            driver.close(id);
        }
        for (String id : List.of(hub, left, again)) {
            driver.kill(id);
        }
        cluster.await("all ended", LIMIT, () -> cluster.running().isEmpty());
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(
                cluster.store.records().keySet().stream()
                        .allMatch(key -> key instanceof RecordKey.NodeKey || key instanceof RecordKey.ActorKey),
                () -> "names and worlds are gone: " + cluster.store.records().keySet());
    }

    @Test
    void aDeathBreaksOneWorldAndTheOtherGoesOn() {
        led();
        live();
    }

    /** One crash is survived, one is too much. */
    private void liveTwice() {
        String phoenix = driver.start("phoenix", 1);
        cluster.kill("phoenix");
        cluster.await(
                "its second life", LIMIT, () -> driver.actor(phoenix).getLife().getIncarnation() == 2);
        driver.awaitState(phoenix, "ALIVE");
        assertEquals("signal", driver.actor(phoenix).getCauses(0).getKind());
        assertEquals(phoenix, driver.named("phoenix").getLife().getActor());
        cluster.kill("phoenix");
        driver.awaitState(phoenix, "DEAD");
        assertEquals(2, driver.actor(phoenix).getCausesCount());
        assertEquals(2, cluster.launches(), "launches");
        cluster.await("its name is free", LIMIT, () -> cluster.store.records().keySet().stream()
                .noneMatch(key -> key instanceof RecordKey.NameKey));
    }

    @Test
    void anActorThatMayRestartHasItsNextLifeUnderItsName() {
        led();
        liveTwice();
    }

    @Test
    void aNodeThatDiesCostsALifeAndNoRestart() {
        led();
        String roamer = driver.start("roamer", 1);
        String node = driver.actor(roamer).getNode();
        cluster.nodes.get(node).hostDown = true;
        cluster.await(
                "a life elsewhere",
                Duration.ofSeconds(60),
                () -> driver.actor(roamer).getLife().getIncarnation() == 2);
        driver.awaitState(roamer, "ALIVE");
        assertEquals(
                node.equals("node-a") ? "node-b" : "node-a",
                driver.actor(roamer).getNode());
        assertEquals(0, driver.actor(roamer).getRestarts());
    }

    @Test
    void aDrainMovesThoseThatMayRestartAndWaitsForTheOthers() {
        led();
        String roamer = driver.start("roamer", 1);
        String settler = driver.start("settler");
        cluster.kill("roamer");
        cluster.await(
                "its second life", LIMIT, () -> driver.actor(roamer).getLife().getIncarnation() == 2);
        driver.awaitState(roamer, "ALIVE");
        String node = driver.actor(settler).getNode();
        String other = node.equals("node-a") ? "node-b" : "node-a";
        cluster.drain(other);
        cluster.await("the roamer is not there", LIMIT, () -> driver.actor(roamer)
                .getNode()
                .equals(node));
        driver.awaitState(roamer, "ALIVE");
        cluster.undrain(other);
        cluster.drain(node);
        cluster.await("moved again", LIMIT, () -> driver.actor(roamer).getNode().equals(other));
        driver.awaitState(roamer, "ALIVE");
        ActorView moved = driver.actor(roamer);
        assertEquals("moved", moved.getCauses(moved.getCausesCount() - 1).getKind());
        assertEquals(1, moved.getRestarts(), "moves do not count");
        NodeView draining = nodeView(node);
        assertEquals("DRAINING", draining.getState());
        assertEquals("settler", draining.getLeft(0).getLabel());
        assertEquals(
                "may not restart (restarts 0), so it stays until it ends",
                draining.getLeft(0).getReason());
        driver.kill(settler);
        cluster.await("DRAINED", LIMIT, () -> nodeView(node).getState().equals("DRAINED"));
    }

    private NodeView nodeView(String name) {
        return cluster.describe().getNodesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void atEachCommit(Fate fate) {
        atEachCommit(fate, PlainActorFlowTest::live);
        atEachCommit(fate, PlainActorFlowTest::liveTwice);
    }

    private static void atEachCommit(Fate fate, Consumer<PlainActorFlowTest> story) {
        PlainActorFlowTest whole = new PlainActorFlowTest();
        whole.led();
        story.accept(whole);
        EachCommit.of(whole.cluster.store.commits(), fated -> {
            PlainActorFlowTest run = new PlainActorFlowTest();
            run.cluster.store.fates(number -> number == fated ? fate : Fate.DONE);
            run.led();
            story.accept(run);
        });
    }

    @Test
    void crashBeforeAnyWrite() {
        atEachCommit(Fate.CRASH_BEFORE);
    }

    @Test
    void crashAfterAnyWrite() {
        atEachCommit(Fate.CRASH_AFTER);
    }

    @Test
    void noAnswerToAnyWrite() {
        atEachCommit(Fate.UNANSWERED);
    }

    @Test
    void aLeaderChangeKillsAndBreaksNothing() {
        led();
        String a = driver.start("a");
        String b = driver.start("b");
        long pair = driver.form("pair", a, b);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals("ALIVE", driver.actor(a).getState());
        assertEquals("READY", driver.world(pair).getState());
        assertEquals(2, cluster.launches());
    }
}
