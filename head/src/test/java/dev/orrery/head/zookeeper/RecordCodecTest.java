package dev.orrery.head.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.JobKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.store.RecordKey.PlacementGroupKey;
import dev.orrery.head.store.RecordKey.ReplicaKey;
import dev.orrery.head.store.RecordKey.WorldKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every kind of record as bytes and back, told from every other kind. */
class RecordCodecTest {
    private static Map<RecordKey, MessageLite> all() {
        Map<RecordKey, MessageLite> all = new LinkedHashMap<>();
        all.put(new NodeKey("n"), NodeRecord.newBuilder().setOperation("op").build());
        all.put(new JobKey("j"), JobRecord.newBuilder().setOperation("op").build());
        all.put(
                new NameKey("default", "x"),
                NameRecord.newBuilder().setOperation("op").build());
        all.put(new ActorKey("1-1"), ActorRecord.newBuilder().setOperation("op").build());
        all.put(
                new PipelineKey("p"),
                PipelineRecord.newBuilder().setOperation("op").build());
        all.put(
                new ReplicaKey("p", "r"),
                ReplicaRecord.newBuilder().setOperation("op").build());
        all.put(new WorldKey(7), WorldRecord.newBuilder().setOperation("op").build());
        all.put(
                new PlacementGroupKey("1-2"),
                PlacementGroupRecord.newBuilder()
                        .setGroup("1-2")
                        .addBundles(BundleRecord.newBuilder()
                                .setNumber(3)
                                .setNode("n")
                                .addGpus("GPU-a"))
                        .setOperation("op")
                        .build());
        return all;
    }

    @Test
    void aRecordIsReadAsItWasWritten() {
        all().forEach((key, record) -> assertEquals(record, RecordCodec.decode(key, record.toByteArray())));
    }

    @Test
    void theOperationIsThatOfTheKindThatTheKeyIsOf() {
        all().forEach((key, record) -> all().forEach((other, value) -> {
            if (key.equals(other)) {
                assertEquals("op", RecordCodec.operation(key, value));
            } else {
                OrreryException refused = assertThrows(OrreryException.class, () -> RecordCodec.operation(key, value));
                assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            }
        }));
    }

    @Test
    void eachKindHasAPathOfItsOwn() {
        StorePaths paths = new StorePaths("c");
        assertEquals("/orrery/c/placement-groups/1-2", paths.path(new PlacementGroupKey("1-2")));
        assertEquals(
                all().size(),
                all().keySet().stream().map(paths::path).distinct().count());
    }
}
