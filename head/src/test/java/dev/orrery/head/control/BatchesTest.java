package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.RecordKey;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static Write write(String pipeline, int bytes) {
        ActorRecord actor = ActorRecord.newBuilder().setActor("x".repeat(bytes)).build();
        return new Write(new RecordKey.ActorKey(pipeline + bytes), pipeline, Optional.of(actor));
    }

    @Test
    void oneBatchAsLongAsItFits() {
        List<Write> writes = List.of(write("a", 100), write("b", 100), write("a", 200));
        assertEquals(List.of(List.of(writes.get(0), writes.get(2), writes.get(1))), Batches.of(writes, 10_000));
    }

    @Test
    void splitsBetweenPipelinesOnly() {
        List<Write> writes = List.of(write("a", 100), write("b", 100), write("a", 5_000), write("c", 100));
        assertEquals(
                List.of(List.of(writes.get(0), writes.get(2)), List.of(writes.get(1), writes.get(3))),
                Batches.of(writes, 1_000));
    }

    @Test
    void whatBelongsToNoPipelineMayBeSplitAnywhere() {
        List<Write> writes = List.of(write("", 500), write("", 501), write("", 502));
        assertEquals(
                List.of(List.of(writes.get(0)), List.of(writes.get(1)), List.of(writes.get(2))),
                Batches.of(writes, 1_000));
    }

    @Test
    void nothingMakesNoBatch() {
        assertEquals(List.of(), Batches.of(List.of()));
    }
}
