package dev.orrery.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacementRulesTest {
    @Test
    void namesOfResourcesAreShortAndNotThoseThatAreCountedAnyway() {
        for (String name : List.of("tpu", "T", "license-2", "acme.fast_disk", "x".repeat(64))) {
            assertEquals(Optional.empty(), PlacementRules.wrongResource(name), name);
        }
        for (String name : List.of("", "-tpu", "tpu.", "a b", "a/b", "a=b", "x".repeat(65), "cpus", "gpu", "memory")) {
            assertTrue(PlacementRules.wrongResource(name).isPresent(), name);
        }
    }

    @Test
    void labelsMayHaveSlashes() {
        assertEquals(Optional.empty(), PlacementRules.wrongLabel("example.com/zone", "eu-1/a"));
        assertTrue(PlacementRules.wrongLabel("zone", "").isPresent());
        assertTrue(PlacementRules.wrongLabel("", "a").isPresent());
        assertTrue(PlacementRules.wrongLabel("zone", "a,b").isPresent());
    }

    @Test
    void gpusAreWholeOnesOrAPartOfOne() {
        for (double gpus : List.of(0.0, 0.001, 0.25, 1.0 / 3, 0.999, 1.0, 2.0, 1_000.0)) {
            assertEquals(Optional.empty(), PlacementRules.wrongGpus(gpus), () -> "" + gpus);
        }
        assertEquals(
                Optional.of(
                        "gpus 1.5: a part is of one GPU, so it is less than 1; of more than one each is whole: 1 or 2"),
                PlacementRules.wrongGpus(1.5));
        assertEquals(Optional.of("gpus 1.0E-4: a part of a GPU is 0.001 or more"), PlacementRules.wrongGpus(0.0001));
        for (double wrong : List.of(-0.25, 1_001.0, Double.NaN, Double.POSITIVE_INFINITY)) {
            assertEquals(Optional.of("gpus must be from 0 to 1000, not " + wrong), PlacementRules.wrongGpus(wrong));
        }
    }

    @Test
    void amountsHaveThousandths() {
        assertEquals(1_500, PlacementRules.milli(1.5));
        assertEquals(1, PlacementRules.milli(0.001));
        assertTrue(PlacementRules.isAmount(0));
        assertTrue(PlacementRules.isAmount(1_000_000));
        for (double wrong : List.of(-0.001, 0.0004, 1_000_001.0, Double.NaN, Double.POSITIVE_INFINITY)) {
            assertFalse(PlacementRules.isAmount(wrong), () -> "" + wrong);
        }
    }
}
