package dev.orrery.head.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.TestingTold;
import dev.orrery.internal.proto.Failure;
import org.junit.jupiter.api.Test;

class ReasonsTest {
    private final ClusterState state = TestingTold.state(new Records());
    private final Reasons reasons =
            new Reasons(state, () -> new Rooms(state.records(), state.observed(), state.settings()), 0);

    private String reason(String replica, ActorRecord.Builder actor) {
        return reasons.of(
                ReplicaRecord.newBuilder().setState(replica).build(),
                actor.setLabel("embed/back-1").setStage("back").setNode("n1").build());
    }

    @Test
    void aServingReplicaNeedsNone() {
        assertEquals("", reason("SERVING", ActorRecord.newBuilder().setState("ALIVE")));
    }

    @Test
    void saysWhatIsWaitedFor() {
        assertEquals(
                "waits for a READY edge on each side",
                reason("ATTACHING", ActorRecord.newBuilder().setState("ALIVE")));
        assertEquals(
                "finishes its requests",
                reason("DRAINING", ActorRecord.newBuilder().setState("ALIVE")));
        assertEquals(
                "is being stopped on n1",
                reason("DRAINING", ActorRecord.newBuilder().setState("DRAINING")));
        assertEquals(
                "is to be launched on n1",
                reason("STARTING", ActorRecord.newBuilder().setState("STARTING")));
        assertEquals(
                "stage back replica back-1 needs 0 cpus, 0 gpus; no node is ALIVE",
                reason("STARTING", ActorRecord.newBuilder().setState("PENDING")));
    }

    @Test
    void namesTheCause() {
        ActorRecord.Builder actor = ActorRecord.newBuilder()
                .setState("RESTARTING")
                .setRestarts(4)
                .addCauses(Failure.newBuilder().setKind("exit").setMessage("1"));
        assertEquals("restarts in 400 ms, after exit: 1", reason("STARTING", actor));
        assertEquals("stays down, after exit: 1", reason("STARTING", actor.setState("DEAD")));
    }
}
