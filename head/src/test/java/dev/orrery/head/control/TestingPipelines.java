package dev.orrery.head.control;

import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;

/** Pipelines to deploy in tests. */
final class TestingPipelines {
    private TestingPipelines() {}

    static PipelineSpec embed(int front, int back) {
        return PipelineSpec.newBuilder()
                .setName("embed")
                .addStages(stage("front", front))
                .addStages(stage("back", back))
                .setPolicy(PipelinePolicy.newBuilder().setMaxRestarts(5))
                .build();
    }

    static StageSpec stage(String name, int replicas) {
        return StageSpec.newBuilder()
                .setName(name)
                .setClassName("example." + name)
                .setReplicas(replicas)
                .setMinReplicas(1)
                .setMaxReplicas(8)
                .setResources(Resources.newBuilder().setMilliCpus(500))
                .build();
    }
}
