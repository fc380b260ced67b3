package dev.orrery.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.TensorException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TensorSpecTest {
    private final Tensors tensors = Tensors.of("x", Tensor.ofFloats(new float[6], 2, 3));

    @Test
    void fitsWhatItSays() {
        assertEquals(Optional.empty(), TensorSpec.of("x", DataType.FP32, -1, 3).mismatch(tensors));
        assertEquals(Optional.empty(), TensorSpec.anyShape("x", DataType.FP32).mismatch(tensors));
        assertEquals(Optional.empty(), new TensorSpec("x", Optional.empty(), Optional.empty()).mismatch(tensors));
    }

    @Test
    void tellsWhatDoesNotFit() {
        assertTells("'y' is missing", TensorSpec.anyShape("y", DataType.FP32));
        assertTells("FP32[2, 3]", TensorSpec.of("x", DataType.INT64, 2, 3));
        assertTells("[2, 4]", TensorSpec.of("x", DataType.FP32, 2, 4));
        assertTells("[6]", TensorSpec.of("x", DataType.FP32, 6));
    }

    private void assertTells(String part, TensorSpec spec) {
        String told = spec.mismatch(tensors).orElse("nothing");
        assertTrue(told.contains(part), told);
    }

    @Test
    void namesAreUniqueAndAskedForByName() {
        TensorException missing = assertThrows(TensorException.class, () -> tensors.get("z"));
        assertTrue(missing.getMessage().contains("[x]"), missing.getMessage());
        assertThrows(
                InvalidArgumentException.class,
                () -> Tensors.builder().put("a", Tensor.ofStrings("1")).put("a", Tensor.ofStrings("2")));
    }
}
