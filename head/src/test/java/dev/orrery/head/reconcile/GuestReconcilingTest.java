package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PlainActorSpec;
import org.junit.jupiter.api.Test;

/** What the end of a shared worker is to an actor that lived in it. */
class GuestReconcilingTest {
    private final TestingState state = new TestingState().alive("n1");

    private static ActorRecord.Builder actor(String id, ActorState at, PlainActorSpec.Builder spec) {
        return ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(at.name())
                .setIncarnation(1)
                .setSpec(spec);
    }

    private ActorRecord guestOfWorkerThatEndedBy(String cause) {
        state.write(Write.put(
                actor("worker", ActorState.DEAD, PlainActorSpec.newBuilder().setHostsGuests(true))
                        .addCauses(Failure.newBuilder().setKind(cause).setMessage("m"))
                        .build()));
        PlainActorSpec.Builder guest = PlainActorSpec.newBuilder()
                .setName("guest")
                .setShareable(true)
                .setMaxRestarts(1)
                .setRestartWindowMillis(30_000);
        state.write(Write.put(actor("guest", ActorState.ALIVE, guest)
                .setNode("n1")
                .setSharedWorker(TestingState.life("worker", 1))
                .build()));
        state.commit(new ActorReconciler());
        assertEquals(2, state.actor("guest").getIncarnation());
        return state.actor("guest");
    }

    @Test
    void aSharedWorkerThatItsNodeLostCountsForNothing() {
        assertEquals(0, guestOfWorkerThatEndedBy("node").getRestarts());
    }

    @Test
    void aSharedWorkerThatDiedCountsForItsGuest() {
        assertEquals(1, guestOfWorkerThatEndedBy("signal").getRestarts());
    }
}
