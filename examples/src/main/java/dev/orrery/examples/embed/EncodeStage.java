package dev.orrery.examples.embed;

import ai.onnxruntime.OrtException;
import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.examples.onnx.ModelProto;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.Map;

/** One half of the encoder. Passes the attention mask on for pooling. */
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

    public EncodeStage(Half half) {
        this.half = half;
    }

    @Override
    public void open(StageContext context) throws OrtException {
        session = EncoderSession.open(half.of(OnnxPartition.cut(MiniLm.model(), MiniLm.CUT)));
    }

    @Override
    public Tensors process(Tensors inputs) throws OrtException {
        Tensors.Builder handover = Tensors.builder();
        for (Map.Entry<String, Tensor> output : session.run(inputs)) {
            handover.put(output.getKey(), output.getValue());
        }
        return handover.put(MiniLm.ATTENTION_MASK, inputs.get(MiniLm.ATTENTION_MASK))
                .build();
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
