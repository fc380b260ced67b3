package dev.orrery.examples.embed;

import ai.onnxruntime.OrtException;
import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.examples.onnx.ModelProto;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.Map;
import java.util.Optional;

/**
 * One half of the encoder. Passes the attention mask on for pooling. It computes on the CPU in any case; with a GPU it leaves
 * its output there, as a stage that computes there would.
 */
public final class EncodeStage implements Stage {
    /** Which layers. */
    public enum Half {
        /** The embeddings and the first three layers. */
        FRONT,
        /** The last three layers. */
        BACK;

        private ModelProto of(OnnxPartition partition) {
            return this == FRONT ? partition.front() : partition.back();
        }
    }

    private final Half half;
    private EncoderSession session;
    private Optional<Device> gpu = Optional.empty();

    public EncodeStage(Half half) {
        this.half = half;
    }

    @Override
    public void open(StageContext context) throws OrtException {
        gpu = context.devices().stream().findFirst();
        session = EncoderSession.open(half.of(OnnxPartition.cut(MiniLm.model(), MiniLm.CUT)));
    }

    @Override
    public Tensors process(Tensors inputs) throws OrtException {
        Tensors.Builder handover = Tensors.builder();
        try (Tensors onHost = copies(inputs)) {
            for (Map.Entry<String, Tensor> output : session.run(onHost)) {
                handover.put(output.getKey(), onGpu(output.getValue()));
            }
        }
        return handover.put(MiniLm.ATTENTION_MASK, inputs.get(MiniLm.ATTENTION_MASK))
                .build();
    }

    private static Tensors copies(Tensors inputs) {
        Tensors.Builder copies = Tensors.builder();
        inputs.forEach(input -> copies.put(input.getKey(), input.getValue().toHost()));
        return copies.build();
    }

    private Tensor onGpu(Tensor output) {
        if (gpu.isEmpty()) {
            return output;
        }
        try (output) {
            return gpu.get().copyOf(output);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
