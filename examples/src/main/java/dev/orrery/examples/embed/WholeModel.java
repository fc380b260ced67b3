package dev.orrery.examples.embed;

import ai.onnxruntime.OrtException;
import dev.orrery.tensor.Tensors;
import java.io.IOException;

/** The model as it came, in one process: what the pipeline's answers are checked against. */
public final class WholeModel implements AutoCloseable {
    private final SentenceTokenizer tokenizer;
    private final EncoderSession encoder;

    private WholeModel(SentenceTokenizer tokenizer, EncoderSession encoder) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
    }

    public static WholeModel open() throws IOException, OrtException {
        return new WholeModel(SentenceTokenizer.open(), EncoderSession.open(MiniLm.model()));
    }

    public float[] embed(String text) throws OrtException {
        try (Tensors inputs = tokenizer.tokenize(text);
                Tensors outputs = encoder.run(inputs)) {
            return MeanPooling.pool(outputs.get(MiniLm.HIDDEN), inputs.get(MiniLm.ATTENTION_MASK));
        }
    }

    public static double cosine(float[] a, float[] b) {
        return MeanPooling.cosine(a, b);
    }

    @Override
    public void close() throws OrtException {
        tokenizer.close();
        encoder.close();
    }
}
