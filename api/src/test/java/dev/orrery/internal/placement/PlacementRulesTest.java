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
