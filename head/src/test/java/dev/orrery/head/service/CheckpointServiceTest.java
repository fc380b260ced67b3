package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.reconcile.Write;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which lives may save, and how much. */
class CheckpointServiceTest {
    private final Records records = new Records();

    private void actor(String id, String state, long incarnation) {
        records.apply(List.of(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setState(state)
                .setIncarnation(incarnation)
                .setSpec(PlainActorSpec.getDefaultInstance())
                .build())));
    }

    private static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    private void save(ActorLife life, int bytes) {
        Draft draft = new Draft(
                new ClusterState(1, 0, Settings.defaults(), records, new Observed(), new Memory(), null, new Ids(1)),
                0);
        CheckpointService.save(
                draft,
                SaveCheckpointRequest.newBuilder()
                        .setLife(life)
                        .setNumber(1)
                        .setState(Value.newBuilder().setObject(ByteString.copyFrom(new byte[bytes])))
                        .build());
        records.apply(draft.plan().writes());
    }

    private OrreryException refused(ErrorCode code, ActorLife life, int bytes) {
        OrreryException refused = assertThrows(OrreryException.class, () -> save(life, bytes));
        assertEquals(code, refused.code(), refused.getMessage());
        return refused;
    }

    @Test
    void onlyTheLifeThatIsThereSaves() {
        for (String state : List.of("STARTING", "ALIVE")) {
            actor("1-1", state, 3);
            save(life("1-1", 3), 10);
        }
        OrreryException over = refused(ErrorCode.FENCED, life("1-1", 2), 10);
        assertTrue(over.getMessage().contains("the checkpoint of 1-1#2: the actor is ALIVE, at incarnation 3"));
        for (String state : List.of("PENDING", "RESTARTING", "DRAINING", "DEAD")) {
            actor("1-1", state, 3);
            refused(ErrorCode.FENCED, life("1-1", 3), 10);
        }
    }

    @Test
    void aLifeThatThisHeadDoesNotKnowIsToAskAgain() {
        actor("1-1", "ALIVE", 3);
        refused(ErrorCode.UNAVAILABLE, life("1-1", 4), 10);
        refused(ErrorCode.UNAVAILABLE, life("1-2", 1), 10);
        LoadCheckpointRequest load =
                LoadCheckpointRequest.newBuilder().setLife(life("1-1", 4)).build();
        assertEquals(
                ErrorCode.UNAVAILABLE,
                assertThrows(OrreryException.class, () -> CheckpointService.load(records, load))
                        .code());
    }

    @Test
    void aStateIsBounded() {
        actor("1-1", "ALIVE", 1);
        save(life("1-1", 1), 60_000);
        actor("1-2", "ALIVE", 1);
        OrreryException large = refused(ErrorCode.CHECKPOINT_TOO_LARGE, life("1-2", 1), 61_440);
        assertTrue(large.getMessage().contains("more than 61440"), large.getMessage());
        assertTrue(records.checkpointBytes() > 60_000 && records.checkpointBytes() < 60_100);
    }
}
