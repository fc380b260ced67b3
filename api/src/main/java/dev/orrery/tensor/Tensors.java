package dev.orrery.tensor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tensors by name, in order. Closing it closes them. */
public final class Tensors implements AutoCloseable, Iterable<Map.Entry<String, Tensor>> {
    private final Map<String, Tensor> tensors;

    private Tensors(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    public static Tensors of(String name, Tensor tensor) {
        return builder().put(name, tensor).build();
    }

    /** One text: a BYTES tensor of shape [1]. */
    public static Tensors of(String name, String text) {
        return of(name, Tensor.ofStrings(text));
    }

    /** One vector: an FP32 tensor of one dimension. */
    public static Tensors of(String name, float[] values) {
        return of(name, Tensor.ofFloats(values, values.length));
    }

    /** One vector: an INT64 tensor of one dimension. */
    public static Tensors of(String name, long[] values) {
        return of(name, Tensor.ofLongs(values, values.length));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Throws TENSOR_MISMATCH, telling which names there are. */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw OrreryException.of(
                    ErrorCode.TENSOR_MISMATCH, "no tensor '" + name + "'; there are " + tensors.keySet());
        }
        return tensor;
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Set<String> names() {
        return tensors.keySet();
    }

    public int size() {
        return tensors.size();
    }

    @Override
    public Iterator<Map.Entry<String, Tensor>> iterator() {
        return tensors.entrySet().iterator();
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }

    @Override
    public String toString() {
        return tensors.toString();
    }

    /** Collects tensors; owns none. */
    public static final class Builder {
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();

        private Builder() {}

        public Builder put(String name, Tensor tensor) {
            if (name.isEmpty()) {
                throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a tensor needs a name");
            }
            if (tensors.putIfAbsent(name, tensor) != null) {
                throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "two tensors are called '" + name + "'");
            }
            return this;
        }

        public Tensors build() {
            return new Tensors(tensors);
        }
    }
}
