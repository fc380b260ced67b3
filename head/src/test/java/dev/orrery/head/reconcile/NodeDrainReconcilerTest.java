package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.WorldState;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Node n1 is being drained, n2 takes what moves. */
class NodeDrainReconcilerTest {
    private final TestingState state = new TestingState();
    private final NodeDrainReconciler reconciler = new NodeDrainReconciler();

    private void draining() {
        state.alive("n1").alive("n2").node("n1", NodeState.DRAINING, 4000);
        state.pipeline(PipelineState.RUNNING, TestingState.stage("front", 1), TestingState.stage("back", 1))
                .actor("gw", "gateway", "", ActorState.ALIVE, "n2");
    }

    private void serving(String replica, String node, String replaces) {
        state.replica(replica, ReplicaState.SERVING, ActorState.ALIVE);
        state.actor(replica, replica, replica.substring(0, replica.lastIndexOf('-')), ActorState.ALIVE, node);
        ReplicaRecord record = state.records.replicas("embed").stream()
                .filter(known -> known.getReplica().equals(replica))
                .findFirst()
                .orElseThrow();
        state.write(Write.put(record.toBuilder().setReplaces(replaces).build()));
    }

    private void ready(int number, String upstream, String downstream) {
        state.world(TestingState.world(number), WorldState.READY, upstream, downstream);
    }

    private Map<String, String> replaces() {
        return state.records.replicas("embed").stream()
                .filter(Lives::isReplacement)
                .collect(Collectors.toMap(ReplicaRecord::getReplica, ReplicaRecord::getReplaces));
    }

    @Test
    void whatLeavesIsReplacedFirst() {
        draining();
        serving("front-1", "n2", "");
        serving("back-1", "n1", "");
        state.commit(reconciler);
        assertEquals(Map.of("back-2", "back-1"), replaces());
        assertEquals("SERVING", state.replicaState("back-1"));
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void itGoesOnceItsReplacementServes() {
        draining();
        serving("front-1", "n2", "");
        serving("back-1", "n1", "");
        serving("back-2", "n2", "back-1");
        ready(1, "gw", "front-1");
        ready(2, "front-1", "back-1");
        ready(3, "back-1", "gw");
        ready(4, "front-1", "back-2");
        ready(5, "back-2", "gw");
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("back-1"));
        assertEquals(Map.of(), replaces());
    }

    // Both replacements are SERVING, but there is no path over both of them.
    @Test
    void nothingGoesThatAReplacementLivesOn() {
        draining();
        serving("front-1", "n1", "");
        serving("back-1", "n1", "");
        serving("front-2", "n2", "front-1");
        serving("back-2", "n2", "back-1");
        ready(1, "gw", "front-1");
        ready(2, "front-1", "back-1");
        ready(3, "back-1", "gw");
        ready(4, "gw", "front-2");
        ready(5, "front-2", "back-1");
        ready(6, "front-1", "back-2");
        ready(7, "back-2", "gw");
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("front-1"));
        assertEquals("SERVING", state.replicaState("back-1"), "front-2 sends to it alone");
        ready(8, "front-2", "back-2");
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("back-1"));
    }

    @Test
    void ofAStageOneNodeIsLeftAtATime() {
        draining();
        state.alive("n3").node("n3", NodeState.DRAINING, 4000);
        serving("back-1", "n3", "");
        serving("back-2", "n1", "");
        state.commit(reconciler);
        assertEquals(Map.of("back-3", "back-2"), replaces());
    }

    @Test
    void theGatewayStaysWhileAReplicaIsThere() {
        draining();
        state.gateway(ActorState.ALIVE);
        serving("back-1", "n1", "");
        state.commit(reconciler);
        assertEquals("ALIVE", state.actor("gw").getState());
        serving("back-1", "n2", "");
        serving("back-2", "n2", "back-1");
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("back-2"), "not needed any more");
        assertEquals("ALIVE", state.actor("gw").getState());
        state.records.apply(java.util.List.of(Write.delete(state.records.replicas("embed").stream()
                .filter(replica -> replica.getReplica().equals("back-2"))
                .findFirst()
                .orElseThrow())));
        state.commit(reconciler);
        assertEquals("RESTARTING", state.actor("gw").getState());
        assertEquals("moved", state.actor("gw").getCauses(0).getKind());
        assertEquals("n1", state.actor("gw").getLastNode());
    }
}
