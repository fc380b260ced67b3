package dev.orrery.benchmarks.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.StageSpec;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void aTenthHasAsManyActorsANode() {
        assertEquals(new Scale(100, 1_000, 2_000), new Scale(1_000, 10_000, 20_000).tenth());
    }

    @Test
    void worldsThatDoNotComeWithTheActorsAreRefused() {
        String why = assertThrows(IllegalArgumentException.class, () -> new Scale(100, 1_000, 1_000))
                .getMessage();
        assertTrue(why.contains("1000 actors come with 2000 worlds"), why);
    }

    @Test
    void theShapeHasWhatItSays() {
        PipelineSpec spec = PipelineShape.spec(0);
        int worlds = 0;
        int upstream = 1;
        for (StageSpec stage : spec.getStagesList()) {
            worlds += upstream * stage.getReplicas();
            upstream = stage.getReplicas();
        }
        int replicas =
                spec.getStagesList().stream().mapToInt(StageSpec::getReplicas).sum();
        assertEquals(PipelineShape.WORLDS, worlds + upstream);
        assertEquals(PipelineShape.ACTORS, replicas + 1);
    }
}
