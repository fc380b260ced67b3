package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A stage grows and shrinks under load. */
class ScalingIT extends ClusterScenario {
    private static final int TIMES = 10;

    /** Replicas 1 and 1 of two stages, and the gateway: gateway to first, first to last, last to gateway. */
    private static final int WORLDS_OF_TWO = 3;

    @Test
    void scalesOutAndInTenTimesUnderLoadOverFreshWorlds() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("elastic")
                .stage("first", Stages.append("a", 2), s -> s.cpus(0.1).replicas(1, 4))
                .stage("last", Stages.append("b", 2), s -> s.cpus(0.1).replicas(1, 4))
                .build());
        Set<Long> seen = new HashSet<>(worldIds());
        assertEquals(WORLDS_OF_TWO, seen.size());
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 100).start()) {
            for (int time = 0; time < TIMES; time++) {
                pipeline.scale("last", 2);
                Set<Long> grown = new HashSet<>(worldIds());
                grown.removeAll(seen);
                assertEquals(2, grown.size(), "two fresh worlds for the second replica, none used before");
                seen.addAll(grown);

                pipeline.scale("last", 1);
                assertTrue(Collections.disjoint(worldIds(), grown), "the worlds of the drained replica are gone");
                assertEquals(WORLDS_OF_TWO, worldIds().size());
            }
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(0, gateway(pipeline).getReplayed(), "draining needs no replay");
        pipeline.undeploy();
    }
}
