package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.Explorer;
import dev.orrery.examples.model.Explorer.Result;
import dev.orrery.examples.model.HeadSteps;
import dev.orrery.examples.model.StoreRequest;
import dev.orrery.examples.model.StoreState;
import dev.orrery.examples.model.StoreState.Znode;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.zookeeper.StoreAccess;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;
import java.util.List;
import java.util.TreeMap;

/** Explores clusters with a pipeline whose workers are restarted whatever ends them. */
final class PipelineScenarios {
    /** Far more than there are. */
    private static final int MAX_STATES = 6_000_000;

    private static final int HOUR_MILLIS = 3_600_000;
    private static final int MANY = 100;
    /** Of two nodes no two replicas fit on one, but a gateway fits beside each. */
    private static final int MOST_OF_A_NODE = 5_000;

    private static final int PART_OF_A_NODE = 1_000;

    private PipelineScenarios() {}

    /** Prints what was found. */
    static Result explore(PipelineBounds bounds, RoutingGuards guards) {
        return explore(bounds, guards, MAX_STATES);
    }

    static Result explore(PipelineBounds bounds, RoutingGuards guards, int most) {
        PipelineCluster cluster = new PipelineCluster(bounds, guards, beginning(bounds));
        Result result = new Explorer(cluster, most, 1).explore();
        System.out.printf("%s:%n    %s; of its parts: %s%n", bounds, result, cluster.sizes());
        result.violation().ifPresent(violation -> System.out.println("    " + guards + ":\n" + violation));
        return result;
    }

    static StoreState beginning(PipelineBounds bounds) {
        TreeMap<String, Znode> znodes = new TreeMap<>();
        znodes.put(
                StoreAccess.epochPath(HeadSteps.CLUSTER),
                znode(EpochRecord.getDefaultInstance().toByteArray()));
        znodes.put(
                StoreAccess.path(HeadSteps.CLUSTER, new RecordKey.PipelineKey(PipelineCluster.PIPELINE)),
                znode(pipeline(bounds).toByteArray()));
        return new StoreState(znodes, List.of(), new TreeMap<>());
    }

    private static Znode znode(byte[] value) {
        return new Znode(StoreRequest.text(value), 0);
    }

    private static PipelineRecord pipeline(PipelineBounds bounds) {
        List<Integer> replicas = bounds.stages();
        int milliCpus = bounds.cluster().nodes() == 1 ? PART_OF_A_NODE : MOST_OF_A_NODE;
        PipelineSpec.Builder spec = PipelineSpec.newBuilder()
                .setName(PipelineCluster.PIPELINE)
                .setPolicy(PipelinePolicy.newBuilder()
                        .setOpenTimeoutMillis(HOUR_MILLIS)
                        .setMaxRestarts(MANY)
                        .setRestartWindowMillis(HOUR_MILLIS));
        for (int stage = 0; stage < replicas.size(); stage++) {
            spec.addStages(StageSpec.newBuilder()
                    .setName(String.valueOf((char) ('a' + stage)))
                    .setReplicas(replicas.get(stage))
                    .setMinReplicas(1)
                    .setMaxReplicas(MANY)
                    .setMaxInFlight(MANY)
                    .setResources(Resources.newBuilder().setMilliCpus(milliCpus)));
        }
        return PipelineRecord.newBuilder()
                .setSpec(spec)
                .setState(PipelineState.DEPLOYING.name())
                .setGeneration(1)
                .build();
    }
}
