package dev.orrery.benchmarks.control;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;
import java.util.List;

/** The pipeline that all are like: a gateway and stages of 2, 2, 3 and 2 replicas. */
final class PipelineShape {
    static final int ACTORS = 10;
    /** From the gateway 2, then 4, 6 and 6 between stages, and 2 back. */
    static final int WORLDS = 20;

    private static final List<Integer> REPLICAS = List.of(2, 2, 3, 2);
    /** About what a stage's class and a few fields have. */
    private static final int FACTORY_BYTES = 400;

    private PipelineShape() {}

    static String name(int number) {
        return "pipeline-%04d".formatted(number);
    }

    static PipelineSpec spec(int number) {
        PipelineSpec.Builder spec = PipelineSpec.newBuilder().setName(name(number));
        for (int stage = 0; stage < REPLICAS.size(); stage++) {
            spec.addStages(StageSpec.newBuilder()
                    .setName("stage-" + (stage + 1))
                    .setSerializedFactory(ByteString.copyFrom(new byte[FACTORY_BYTES]))
                    .setReplicas(REPLICAS.get(stage))
                    .setMinReplicas(1)
                    .setMaxReplicas(4)
                    .setResources(Resources.newBuilder().setMilliCpus(1000)));
        }
        return spec.build();
    }
}
