package dev.orrery.examples.embed;

import ai.onnxruntime.OrtException;
import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.tensor.Tensors;

/** The embeddings and the first three layers. Passes the attention mask on for pooling. */
public final class EncodeFrontStage implements Stage {
    private EncoderSession session;

    @Override
    public void open(StageContext context) throws OrtException {
        session = EncoderSession.open(
                OnnxPartition.cut(MiniLm.model(), MiniLm.CUT).front());
    }

    @Override
    public Tensors process(Tensors inputs) throws OrtException {
        return Handover.withMask(session.run(inputs), inputs);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
