package dev.orrery.worker.stage;

import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where tensors have to lie to go over an edge.
 *
 * @param device whose tensors it carries, beside those of the host
 */
record EdgePlace(Optional<Device> device) {
    private boolean carries(Tensor tensor) {
        return tensor.device().isEmpty() || tensor.device().equals(device);
    }

    /**
     * The same tensors, with copies on the host of those that the edge does not carry; the originals of these are closed.
     * Throws UNAVAILABLE when a device does not give its bytes; then nothing has changed.
     */
    Tensors placed(Tensors tensors) {
        List<Tensor> copied = new ArrayList<>();
        List<Tensor> copies = new ArrayList<>();
        Tensors.Builder placed = Tensors.builder();
        try {
            for (Map.Entry<String, Tensor> named : tensors) {
                Tensor tensor = named.getValue();
                if (!carries(tensor)) {
                    copied.add(tensor);
                    tensor = tensor.toHost();
                    copies.add(tensor);
                }
                placed.put(named.getKey(), tensor);
            }
        } catch (RuntimeException e) {
            copies.forEach(Tensor::close);
            throw e;
        }
        copied.forEach(Tensor::close);
        return copies.isEmpty() ? tensors : placed.build();
    }
}
