package dev.orrery.examples.embed;

import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.Map;

/** What one half of the encoder gives to the next stage. */
final class Handover {
    private Handover() {}

    static Tensors withMask(Tensors outputs, Tensors inputs) {
        Tensors.Builder handover = Tensors.builder();
        for (Map.Entry<String, Tensor> output : outputs) {
            handover.put(output.getKey(), output.getValue());
        }
        return handover.put(MiniLm.ATTENTION_MASK, inputs.get(MiniLm.ATTENTION_MASK))
                .build();
    }
}
