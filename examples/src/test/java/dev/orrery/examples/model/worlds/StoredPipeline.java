package dev.orrery.examples.model.worlds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.examples.model.StoreRequest;
import dev.orrery.examples.model.StoreState;
import dev.orrery.examples.model.StoreState.Znode;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorldState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What ZooKeeper says of the pipeline.
 *
 * @param state of the pipeline, by name
 * @param worlds ids of all
 * @param edges how many worlds there should be
 */
record StoredPipeline(String state, List<Long> worlds, boolean allReady, int edges) {
    private static final String WORLDS = "/worlds/";

    static StoredPipeline of(StoreState store, String path) {
        try {
            List<Long> worlds = new ArrayList<>();
            boolean ready = true;
            for (Map.Entry<String, Znode> znode : store.znodes().entrySet()) {
                if (znode.getKey().contains(WORLDS)) {
                    WorldRecord world = WorldRecord.parseFrom(
                            StoreRequest.bytes(znode.getValue().value()));
                    worlds.add(world.getSpec().getId());
                    ready &= world.getState() == WorldState.READY;
                }
            }
            PipelineRecord pipeline = PipelineRecord.parseFrom(
                    StoreRequest.bytes(store.znodes().get(path).value()));
            return new StoredPipeline(pipeline.getState(), worlds, ready, edges(pipeline.getSpec()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int edges(PipelineSpec spec) {
        int edges = 0;
        int before = 1;
        for (StageSpec stage : spec.getStagesList()) {
            edges += before * stage.getReplicas();
            before = stage.getReplicas();
        }
        return edges + before;
    }
}
