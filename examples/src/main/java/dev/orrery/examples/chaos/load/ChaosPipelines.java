package dev.orrery.examples.chaos.load;

import dev.orrery.Pipeline;
import dev.orrery.examples.chaos.history.Operation;
import java.time.Duration;
import java.util.List;

/** The two pipelines of a run, each of two stages with two replicas. */
public final class ChaosPipelines {
    public static final List<String> NAMES = List.of("alpha", "beta");
    public static final List<String> STAGES = List.of("first", "last");
    public static final int REPLICAS = 2;
    public static final int MOST_REPLICAS = 4;
    /** What placement sets aside for each worker of a run. */
    public static final double CPUS = 0.1;

    private static final int NO_LIMIT = 100_000;

    private ChaosPipelines() {}

    public static Pipeline define(String name) {
        Pipeline.Builder pipeline = Pipeline.named(name).restarts(NO_LIMIT, Duration.ofMinutes(10));
        for (String stage : STAGES) {
            String mixed = name + "/" + stage;
            pipeline.stage(stage, () -> new MixStage(mixed), s -> s.cpus(CPUS)
                    .replicas(1, MOST_REPLICAS)
                    .replicas(REPLICAS));
        }
        return pipeline.build();
    }

    static String question(String client, long number) {
        return client + "/" + number;
    }

    /** What that request has to be answered with. */
    public static String answer(Operation request) {
        String text = question(request.client(), request.number());
        for (String stage : STAGES) {
            text = MixStage.mix(request.target() + "/" + stage, text);
        }
        return text;
    }
}
