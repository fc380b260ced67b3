package dev.orrery.examples.embed;

import dev.orrery.Stage;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;

/** Token vectors to one {@code embedding} (FP32 [384]) of length one. */
public final class PoolStage implements Stage {
    @Override
    public Tensors process(Tensors inputs) {
        float[] embedding = MeanPooling.pool(inputs.get(MiniLm.HIDDEN), inputs.get(MiniLm.ATTENTION_MASK));
        return Tensors.of("embedding", Tensor.ofFloats(embedding, embedding.length));
    }
}
