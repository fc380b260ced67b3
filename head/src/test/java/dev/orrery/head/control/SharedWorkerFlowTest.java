package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.internal.proto.ActorView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Shareable actors through a whole life, also when the leader ends at any single write of it. */
class SharedWorkerFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WORKER = "shared-worker";

    private final TestingCluster cluster = new TestingCluster().node("node-a", 4000);
    private final TestingDriver driver = new TestingDriver(cluster, "");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private List<ActorView> views(List<String> ids) {
        return ids.stream().map(driver::actor).toList();
    }

    private List<ActorView> workers() {
        return cluster.describe().getActorsList().stream()
                .filter(ActorView::getHostsGuests)
                .toList();
    }

    private void awaitNoWorker() {
        cluster.await("no shared worker", LIMIT, () -> cluster.running().isEmpty());
    }

    @Test
    void manyLiveInOneWorkerWhichEndsAfterTheLast() {
        led();
        List<String> ids = IntStream.range(0, 20)
                .mapToObj(i -> driver.startShareable("guest-" + i, 0))
                .toList();
        assertEquals(1, cluster.launches());
        assertEquals(1, views(ids).stream().map(ActorView::getPid).distinct().count());
        String worker = workers().get(0).getLife().getActor();
        assertTrue(views(ids).stream().allMatch(view -> view.getSharedWorker().equals(worker)));
        driver.kill(ids.get(0));
        assertEquals("ALIVE", driver.actor(ids.get(1)).getState());
        ids.forEach(driver::kill);
        assertEquals("ALIVE", workers().get(0).getState(), "it waits for the next");
        String late = driver.startShareable("late", 0);
        assertEquals(1, cluster.launches());
        driver.kill(late);
        awaitNoWorker();
        assertEquals("idle", workers().get(0).getCauses(0).getKind());
    }

    @Test
    void oneThatFailsCostsTheOthersNothing() {
        led();
        String failing = driver.startShareable("failing", 1);
        String other = driver.startShareable("other", 0);
        cluster.workerOf(WORKER).failGuest(failing);
        cluster.await(
                "its next life", LIMIT, () -> driver.actor(failing).getLife().getIncarnation() == 2);
        driver.awaitState(failing, "ALIVE");
        assertEquals("exception", driver.actor(failing).getCauses(0).getKind());
        cluster.workerOf(WORKER).failGuest(failing);
        driver.awaitState(failing, "DEAD");
        assertEquals(1, driver.actor(other).getLife().getIncarnation());
        assertEquals("ALIVE", driver.actor(other).getState());
        assertEquals(1, cluster.launches());
    }

    private void liveTwice() {
        String phoenix = driver.startShareable("phoenix", 1);
        String mortal = driver.startShareable("mortal", 0);
        String before = driver.actor(phoenix).getSharedWorker();
        cluster.kill(WORKER);
        driver.awaitState(mortal, "DEAD");
        assertEquals("signal", driver.actor(mortal).getCauses(0).getKind());
        cluster.await(
                "its next life", LIMIT, () -> driver.actor(phoenix).getLife().getIncarnation() == 2);
        driver.awaitState(phoenix, "ALIVE");
        assertNotEquals(before, driver.actor(phoenix).getSharedWorker());
        assertEquals(1, driver.actor(phoenix).getRestarts());
        assertEquals(2, cluster.launches());
        driver.kill(phoenix);
        awaitNoWorker();
    }

    @Test
    void aWorkerThatDiesEndsALifeOfEachAndTheNextOnesGetAnother() {
        led();
        liveTwice();
    }

    private static void atEachCommit(Fate fate) {
        SharedWorkerFlowTest whole = new SharedWorkerFlowTest();
        whole.led();
        whole.liveTwice();
        EachCommit.of(whole.cluster.store.commits(), fated -> {
            SharedWorkerFlowTest run = new SharedWorkerFlowTest();
            run.cluster.store.fates(number -> number == fated ? fate : Fate.DONE);
            run.led();
            run.liveTwice();
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
    void aLeaderChangeEndsNoLife() {
        led();
        String guest = driver.startShareable("guest", 0);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(30));
        assertEquals("ALIVE", driver.actor(guest).getState());
        assertEquals(1, cluster.launches());
    }

    @Test
    void aNodeThatDiesMovesThoseThatMayRestart() {
        cluster.node("node-b", 4000);
        led();
        String roamer = driver.startShareable("roamer", 1);
        String node = driver.actor(roamer).getNode();
        cluster.nodes.get(node).hostDown = true;
        cluster.await(
                "a life elsewhere", LIMIT, () -> driver.actor(roamer).getLife().getIncarnation() == 2);
        driver.awaitState(roamer, "ALIVE");
        assertNotEquals(node, driver.actor(roamer).getNode());
        assertEquals(0, driver.actor(roamer).getRestarts());
    }

    @Test
    void aDrainedNodeKeepsNoSharedWorker() {
        cluster.node("node-b", 4000);
        led();
        String roamer = driver.startShareable("roamer", 1);
        String node = driver.actor(roamer).getNode();
        cluster.drain(node);
        cluster.await("moved", LIMIT, () -> !driver.actor(roamer).getNode().equals(node));
        driver.awaitState(roamer, "ALIVE");
        cluster.await("DRAINED", LIMIT, () -> cluster.describe().getNodesList().stream()
                .anyMatch(view -> view.getName().equals(node) && view.getState().equals("DRAINED")));
    }

    @Test
    void oneWhoseWorkerNeverStartsFailsInItsTime() {
        cluster.onLaunch(worker -> worker.stepsToOpen = -1);
        led();
        String waiting = driver.startShareableSoon("waiting");
        driver.awaitState(waiting, "DEAD");
        assertEquals("timeout", driver.actor(waiting).getCauses(0).getKind());
    }

    @Test
    void aWorldTakesNone() {
        led();
        String guest = driver.startShareable("guest", 0);
        CompletionException refused = assertThrows(CompletionException.class, () -> driver.form("pair", guest, guest));
        OrreryException why = (OrreryException) refused.getCause();
        assertEquals(ErrorCode.INVALID_ARGUMENT, why.code());
    }

    @Test
    void whatAJobOwnsEndsWithItAndItsWorkerToo() {
        TestingDriver owner = new TestingDriver(cluster, "job-1");
        led();
        owner.renew();
        String guest = owner.startShareable("guest", 5);
        String other = driver.startShareable("other", 0);
        assertEquals(2, cluster.launches(), "jobs do not share");
        owner.end();
        owner.awaitState(guest, "DEAD");
        cluster.await("one worker", LIMIT, () -> cluster.running().size() == 1);
        assertEquals("ALIVE", driver.actor(other).getState());
    }
}
