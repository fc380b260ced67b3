package dev.orrery.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a stage expects or gives under one name.
 *
 * @param dataType empty: any
 * @param shape extents, -1 for any; empty: any shape
 */
public record TensorSpec(String name, Optional<DataType> dataType, Optional<List<Long>> shape) {
    public TensorSpec {
        shape = shape.map(List::copyOf);
    }

    public static TensorSpec of(String name, DataType type, long... shape) {
        return new TensorSpec(
                name,
                Optional.of(type),
                Optional.of(Arrays.stream(shape).boxed().toList()));
    }

    public static TensorSpec anyShape(String name, DataType type) {
        return new TensorSpec(name, Optional.of(type), Optional.empty());
    }

    /** What is wrong with {@code tensors} in words; empty when they hold what this asks for. */
    public Optional<String> mismatch(Tensors tensors) {
        if (!tensors.has(name)) {
            return Optional.of("tensor '" + name + "' is missing; there are " + tensors.names());
        }
        Tensor tensor = tensors.get(name);
        boolean typeFits = dataType.isEmpty() || dataType.get() == tensor.dataType();
        boolean shapeFits = shape.isEmpty() || fits(shape.get(), tensor.shape());
        return typeFits && shapeFits
                ? Optional.empty()
                : Optional.of("tensor '" + name + "' is " + tensor + " where " + this + " is expected");
    }

    private static boolean fits(List<Long> expected, long[] actual) {
        if (expected.size() != actual.length) {
            return false;
        }
        for (int i = 0; i < actual.length; i++) {
            if (expected.get(i) != -1 && expected.get(i) != actual[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return dataType.map(Enum::name).orElse("any type")
                + shape.map(List::toString).orElse(" of any shape");
    }
}
