package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.Resources;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong with workers, agents, nodes and user code, and what becomes of it. */
class FailureFlowTest {
    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);

    private void deployed(PipelineSpec spec) {
        led();
        cluster.deploy(spec);
        cluster.awaitRunning("embed");
    }

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private static PipelineSpec cheapRestarts(int max) {
        PipelineSpec.Builder spec = TestingPipelines.embed(1, 2).toBuilder();
        spec.getPolicyBuilder().setMaxRestarts(max).setOpenTimeoutMillis(5_000);
        return spec.build();
    }

    private ActorView actor(String label) {
        return cluster.describe().getActorsList().stream()
                .filter(actor -> actor.getLabel().equals(label))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatAWorkersDeathMeansIsOneCommit() {
        deployed(TestingPipelines.embed(1, 2));
        int before = cluster.store.history().size();
        cluster.kill("embed/back-1");
        cluster.await(
                "noticed", Duration.ofSeconds(1), () -> cluster.store.history().size() > before);
        List<Change> first = cluster.store.history().get(before);
        assertEquals(
                2,
                first.stream()
                        .filter(change -> change instanceof Change.Delete && change.key() instanceof RecordKey.WorldKey)
                        .count());
        ActorRecord actor = first.stream()
                .filter(change -> change.key() instanceof RecordKey.ActorKey)
                .map(change -> (ActorRecord) ((Change.Update) change).value())
                .findFirst()
                .orElseThrow();
        assertEquals("STARTING", actor.getState());
        assertEquals(2, actor.getIncarnation());
        assertEquals("9 (SIGKILL)", actor.getCauses(0).getMessage());
        assertTrue(first.stream()
                .anyMatch(change -> change instanceof Change.Update update
                        && update.value() instanceof ReplicaRecord replica
                        && replica.getState().equals("STARTING")));
    }

    @Test
    void aLostAgentAloneReplacesNothing() {
        deployed(TestingPipelines.embed(1, 2));
        int before = cluster.launches();
        TestingAgent agent = cluster.nodes.get("node-a");
        agent.down = true;
        agent.hangUp();
        cluster.advance(Duration.ofSeconds(5));
        assertEquals("SUSPECT", cluster.describe().getNodes(0).getState());
        agent.restartAgent();
        cluster.advance(Duration.ofSeconds(2));
        assertEquals("ALIVE", cluster.describe().getNodes(0).getState());
        cluster.assertConverged("embed");
        assertEquals(before, cluster.launches());
    }

    @Test
    void aLeaderThatStoodStillTakesNobodyForSilent() {
        deployed(TestingPipelines.embed(1, 2));
        int before = cluster.launches();
        cluster.pass(Duration.ofSeconds(60));
        cluster.tickFirst();
        expectAllAlive(before);
    }

    @Test
    void aLeaderWhoseStoreIsSlowTakesNobodyForSilent() {
        deployed(TestingPipelines.embed(1, 2));
        int slow = cluster.store.commits() + 1;
        cluster.store.fates(commit -> {
            cluster.pass(Duration.ofSeconds(commit == slow ? 60 : 0));
            return TestingStore.Fate.DONE;
        });
        int before = cluster.launches();
        cluster.kill("embed/back-1");
        cluster.await("the replacement", Duration.ofSeconds(5), () -> cluster.launches() > before);
        expectAllAlive(before + 1);
    }

    private void expectAllAlive(int launches) {
        assertTrue(cluster.describe().getNodesList().stream()
                .allMatch(node -> node.getState().equals("ALIVE")));
        cluster.advance(Duration.ofSeconds(3));
        cluster.assertConverged("embed");
        assertEquals(launches, cluster.launches());
    }

    @Test
    void aDeadNodesWorkersMoveAndItsReturnLeavesNoStray() {
        deployed(TestingPipelines.embed(1, 2));
        TestingAgent agent = cluster.nodes.get("node-a");
        agent.down = true;
        agent.hangUp();
        cluster.await(
                "dead",
                Duration.ofSeconds(35),
                () -> cluster.describe().getNodes(0).getState().equals("DEAD"));
        cluster.awaitState("embed", "RUNNING");
        assertTrue(cluster.describe().getActorsList().stream()
                .allMatch(actor -> actor.getNode().equals("node-b") && actor.getRestarts() == 0));
        agent.restartAgent();
        cluster.advance(Duration.ofSeconds(2));
        cluster.assertConverged("embed");
        assertTrue(agent.workers.isEmpty());
    }

    @Test
    void whatDoesNotFitSaysSoAndIsPlacedOnceThereIsRoom() {
        led();
        PipelineSpec.Builder spec = TestingPipelines.embed(1, 1).toBuilder();
        spec.getStagesBuilder(1)
                .setResources(Resources.newBuilder().setMilliCpus(1000).setGpus(1));
        cluster.deploy(spec.build());
        cluster.advance(Duration.ofSeconds(2));
        PipelineView view = cluster.pipeline("embed");
        assertEquals("DEPLOYING", view.getState());
        assertEquals("DOES_NOT_FIT", view.getFailure().getKind());
        String reason =
                "stage back replica back-1 needs 1 cpus, 1 gpus; free: node-a 3.9 cpus 0 gpus, node-b 3.5 cpus 0"
                        + " gpus; no node has gpus";
        assertEquals(reason, view.getFailure().getMessage());
        assertEquals(reason, view.getStages(1).getReplicas(0).getReason());
        assertEquals("PENDING", actor("embed/back-1").getState());
        cluster.node("node-c", 4000, 1);
        cluster.awaitRunning("embed");
        assertEquals("node-c", cluster.replica("embed", "back-1").getNode());
        assertFalse(cluster.pipeline("embed").hasFailure());
    }

    @Test
    void aPipelineThatCannotOpenFailsWithTheFirstCauseAndItsNameCanBeUsedAgain() {
        led();
        cluster.onLaunch(worker -> {
            if (worker.label.equals("embed/back-2")) {
                worker.exit("java.io.FileNotFoundException", "model.onnx");
            }
        });
        cluster.deploy(cheapRestarts(2));
        cluster.awaitState("embed", "FAILED");
        PipelineView view = cluster.pipeline("embed");
        assertEquals("java.io.FileNotFoundException", view.getFailure().getKind());
        assertEquals(
                "embed/back-2 stays down: 3 crashes within 600 s, 2 restarts are allowed",
                view.getFailure().getConsequence().getMessage());
        cluster.await("room given back", Duration.ofSeconds(10), () -> cluster.running()
                .isEmpty());
        assertEquals("DEAD", actor("embed/back-2").getState());
        assertEquals(3, actor("embed/back-2").getCausesCount());

        cluster.undeploy("embed");
        cluster.await("gone", Duration.ofSeconds(10), () -> cluster.describe().getPipelinesCount() == 0);
        assertEquals(0, cluster.describe().getActorsCount());
        cluster.onLaunch(worker -> {});
        cluster.deploy(cheapRestarts(2));
        cluster.awaitRunning("embed");
    }

    @Test
    void aPipelineThatRanIsDegradedUntilTheBrokenReplicaIsScaledAway() {
        deployed(cheapRestarts(1));
        cluster.kill("embed/back-2");
        cluster.await("restarted", Duration.ofSeconds(5), () -> cluster.launches() == 5);
        cluster.awaitRunning("embed");
        cluster.kill("embed/back-2");
        cluster.awaitState("embed", "DEGRADED");
        assertEquals("signal", cluster.pipeline("embed").getFailure().getKind());
        assertEquals(1, cluster.pipeline("embed").getStages(1).getServing());
        cluster.scale("embed", "back", 1);
        cluster.awaitRunning("embed");
        assertFalse(cluster.pipeline("embed").hasFailure());
    }

    @Test
    void anOpenThatHangsIsStoppedAndTriedAgain() {
        led();
        int[] hangs = {1};
        cluster.onLaunch(worker -> {
            if (worker.label.equals("embed/front-1") && hangs[0]-- > 0) {
                worker.stepsToOpen = -1;
            }
        });
        cluster.deploy(cheapRestarts(2));
        cluster.awaitRunning("embed");
        assertEquals(5, cluster.launches());
        String cause = actor("embed/front-1").getCauses(0).getMessage();
        assertTrue(cause.startsWith("open() did not finish in 5000 ms: embed/front-1 on node node-"), cause);
    }

    @Test
    void aDrainEndsAtItsDeadline() {
        PipelineSpec.Builder spec = TestingPipelines.embed(1, 2).toBuilder();
        spec.getPolicyBuilder().setDrainDeadlineMillis(2_000);
        deployed(spec.build());
        cluster.workerOf("embed/gateway").stepsToFinishRequests = 1_000_000;
        TestingWorker victim = cluster.workerOf("embed/back-2");
        cluster.scale("embed", "back", 1);
        cluster.advance(Duration.ofMillis(1_900));
        assertTrue(victim.runs());
        cluster.advance(Duration.ofSeconds(1));
        assertFalse(victim.runs());
    }

    @Test
    void aBrokenWorldIsReplacedWithoutARestart() {
        deployed(TestingPipelines.embed(1, 2));
        long world = cluster.workerOf("embed/back-1").worlds.keySet().iterator().next();
        cluster.network.breakWorld(world);
        cluster.await("dropped", Duration.ofSeconds(2), () -> !cluster.store
                .records()
                .containsKey(new RecordKey.WorldKey(world)));
        cluster.awaitRunning("embed");
        assertEquals(4, cluster.launches());
    }

    @Test
    void anEdgeThatNeverFormsIsTriedAgainAndAgain() {
        led();
        boolean[] doomed = {true};
        cluster.network.doomed(world -> doomed[0]);
        cluster.deploy(TestingPipelines.embed(1, 1));
        cluster.advance(Duration.ofSeconds(5));
        assertEquals(0, cluster.pipeline("embed").getStages(0).getServing());
        doomed[0] = false;
        cluster.awaitRunning("embed");
        assertEquals(3, cluster.launches());
    }

    @Test
    void aCrashLoopWaitsLongerEachTime() {
        led();
        cluster.onLaunch(worker -> {
            if (worker.label.equals("embed/back-1")) {
                worker.exit("exit", "1");
            }
        });
        cluster.deploy(cheapRestarts(1000));
        cluster.advance(Duration.ofSeconds(60));
        int launches = cluster.launches() - 3;
        assertTrue(launches > 8 && launches < 16, launches + " launches within a minute");
    }
}
