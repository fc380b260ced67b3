package dev.orrery.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.TensorException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorsTest {
    @Test
    void keepsTheOrder() {
        try (Tensors tensors = Tensors.builder()
                .put("z", Tensor.ofStrings("1"))
                .put("a", Tensor.ofStrings("2"))
                .put("m", Tensor.ofStrings("3"))
                .build()) {
            List<String> seen = new ArrayList<>();
            tensors.forEach(entry -> seen.add(entry.getKey() + entry.getValue().toStrings()));
            assertEquals(List.of("z[1]", "a[2]", "m[3]"), seen);
            assertEquals(3, tensors.size());
        }
    }

    @Test
    void shorthandsMakeVectors() {
        try (Tensors text = Tensors.of("text", "hello");
                Tensors floats = Tensors.of("v", new float[] {1, 2});
                Tensors longs = Tensors.of("ids", new long[] {7})) {
            assertEquals(List.of("hello"), text.get("text").toStrings());
            assertArrayEquals(new float[] {1, 2}, floats.get("v").toFloats());
            assertArrayEquals(new long[] {7}, longs.get("ids").toLongs());
        }
    }

    @Test
    void missingNameTellsWhatThereIs() {
        try (Tensors tensors = Tensors.of("text", "hello")) {
            TensorException failure = assertThrows(TensorException.class, () -> tensors.get("txt"));
            assertEquals(ErrorCode.TENSOR_MISMATCH, failure.code());
            assertEquals("no tensor 'txt'; there are [text]", failure.getMessage());
        }
    }

    @Test
    void namesAreGivenOnce() {
        try (Tensor tensor = Tensor.ofStrings("x")) {
            Tensors.Builder builder = Tensors.builder().put("a", tensor);
            assertThrows(InvalidArgumentException.class, () -> builder.put("a", tensor));
            assertThrows(InvalidArgumentException.class, () -> builder.put("", tensor));
        }
    }

    @Test
    void closingClosesAll() {
        Tensor a = Tensor.ofStrings("a");
        Tensor b = Tensor.ofStrings("b");
        Tensors tensors = Tensors.builder().put("a", a).put("b", b).build();
        tensors.close();
        tensors.close();
        assertTrue(a.isClosed());
        assertTrue(b.isClosed());
    }

    @Test
    void builtOnesDoNotChangeWithTheirBuilder() {
        try (Tensor a = Tensor.ofStrings("a");
                Tensor b = Tensor.ofStrings("b")) {
            Tensors.Builder builder = Tensors.builder().put("a", a);
            Tensors tensors = builder.build();
            builder.put("b", b);
            assertEquals(1, tensors.size());
            assertThrows(
                    UnsupportedOperationException.class, () -> tensors.names().remove("a"));
        }
    }
}
